import type { ComponentChildren, InputHTMLAttributes, Ref } from 'preact';
import { useId } from 'preact/hooks';

export interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'label' | 'onInput' | 'value'> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  /** Beside the label, such as "optional". */
  aside?: string;
  hint?: string;
  error?: string | undefined;
  inputRef?: Ref<HTMLInputElement>;
  /** Put at the end of the input, such as a button. */
  trailing?: ComponentChildren;
}

/** A labelled text field with its hint and its error. */
export function Field({ label, value, onValue, aside, hint, error, inputRef, trailing, ...rest }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div class="field">
      <label for={id}>
        {label}
        {aside !== undefined && <span class="field-aside"> · {aside}</span>}
      </label>
      <div class="field-box">
        <input
          {...rest}
          id={id}
          ref={inputRef ?? null}
          value={value}
          aria-invalid={error !== undefined}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        {trailing}
      </div>
      {note !== undefined && (
        <p id={`${id}-note`} class={error === undefined ? 'field-note' : 'field-note field-error'}>
          {note}
        </p>
      )}
    </div>
  );
}
