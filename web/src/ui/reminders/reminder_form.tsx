import { useRef, useState } from 'preact/hooks';
import type { NewReminder } from '../../api/api';
import { Attempt } from '../../api/attempt';
import { fieldProblem } from '../../api/problem';
import { texts } from '../../i18n';
import { localToUtc, toDuration, toLocalField, type DueUnit } from '../../model/due';
import type { Workspace } from '../../state/workspace';
import { Choice } from '../choice';
import { Field } from '../field';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

type Way = 'in' | 'at';

const hourMs = 3_600_000;

/** The field's problems are told by the form itself, in the reader's language. */
function missingText(way: Way): Error {
  return new Error(way === 'in' ? texts.value.amountWrong : texts.value.dateTimeMissing);
}

export function ReminderForm({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [text, setText] = useState('');
  const [way, setWay] = useState<Way>('in');
  const [amount, setAmount] = useState('10');
  const [unit, setUnit] = useState<DueUnit>('minutes');
  const [moment, setMoment] = useState(() => toLocalField(new Date(Date.now() + hourMs)));
  const attempt = useRef(new Attempt());
  const { busy, error, submit } = useSubmit();

  const create = async (): Promise<void> => {
    const duration = toDuration(Number(amount), unit);
    const due = localToUtc(moment);
    const reminder: NewReminder = { text: text.trim() };
    if (way === 'in' && duration !== null) reminder.in = duration;
    else if (way === 'at' && due !== null) reminder.due_at = due;
    else throw missingText(way);
    await workspace.reminders.create(reminder, attempt.current.keyFor(reminder));
    attempt.current.settle();
    setText('');
  };
  const textProblem = fieldProblem(error, '/text')?.detail;
  return (
    <form
      class="card form"
      aria-label={t.newReminder}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(create);
      }}
    >
      <Field
        label={t.reminderText}
        value={text}
        onValue={setText}
        error={textProblem}
        placeholder={t.reminderTextPlaceholder}
        maxLength={500}
        autoComplete="off"
        required
      />
      <div class="due">
        <Choice
          label={t.when}
          value={way}
          options={[
            { id: 'in', name: t.whenIn },
            { id: 'at', name: t.whenAt },
          ]}
          onChoose={setWay}
        />
        {way === 'in' ? (
          <div class="due-in">
            <input
              type="number"
              min={1}
              step={1}
              value={amount}
              aria-label={t.amount}
              onInput={(event) => setAmount(event.currentTarget.value)}
            />
            <select
              value={unit}
              aria-label={t.unit}
              onChange={(event) => setUnit(event.currentTarget.value as DueUnit)}
            >
              <option value="minutes">{t.minutes}</option>
              <option value="hours">{t.hours}</option>
              <option value="days">{t.days}</option>
            </select>
          </div>
        ) : (
          <input
            class="due-at"
            type="datetime-local"
            step={1}
            value={moment}
            aria-label={t.dateTime}
            onInput={(event) => setMoment(event.currentTarget.value)}
          />
        )}
        <button type="submit" class="button button-primary due-submit" disabled={busy}>
          {t.createReminder}
        </button>
      </div>
      <FormError error={textProblem === undefined ? error : null} />
    </form>
  );
}
