import { useEffect, useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { isRange, lastDays, type DayRange } from '../../model/analytics';

const presets = [7, 30, 90, 365];

interface RangeFormProps {
  range: DayRange;
  onChange: (range: DayRange) => void;
}

/** Which days to show: some up to today, or from one to another. */
export function RangeForm({ range, onChange }: RangeFormProps) {
  const t = texts.value;
  const [draft, setDraft] = useState(range);
  useEffect(() => setDraft(range), [range]);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isRange(draft)) onChange(draft);
  };
  return (
    <form class="range" aria-label={t.range} onSubmit={submit}>
      <div class="range-presets">
        {presets.map((count) => {
          const preset = lastDays(count);
          const pressed = preset.from === range.from && preset.to === range.to;
          return (
            <button
              key={count}
              type="button"
              class="button button-small"
              aria-pressed={pressed}
              onClick={() => onChange(preset)}
            >
              {t.lastDays(count)}
            </button>
          );
        })}
      </div>
      <div class="range-days">
        <label>
          <span>{t.from}</span>
          <input
            type="date"
            required
            value={draft.from}
            max={draft.to}
            onInput={(event) => setDraft({ ...draft, from: event.currentTarget.value })}
          />
        </label>
        <label>
          <span>{t.until}</span>
          <input
            type="date"
            required
            value={draft.to}
            min={draft.from}
            onInput={(event) => setDraft({ ...draft, to: event.currentTarget.value })}
          />
        </label>
        <button type="submit" class="button" disabled={!isRange(draft)}>
          {t.show}
        </button>
      </div>
    </form>
  );
}
