import { useId } from 'preact/hooks';

export interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { id: Value; name: string }[];
  onChoose: (value: Value) => void;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean;
}

/** A row of segments of which one is chosen: radio buttons that look like one control. */
export function Choice<Value extends string>({ label, value, options, onChoose, hideLabel }: ChoiceProps<Value>) {
  const group = useId();
  return (
    <fieldset class="choice">
      <legend class={hideLabel === true ? 'hidden' : ''}>{label}</legend>
      <div class="choice-row">
        {options.map((option) => (
          <label key={option.id} class="choice-option">
            <input
              type="radio"
              name={group}
              checked={option.id === value}
              onChange={() => onChoose(option.id)}
            />
            <span>{option.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
