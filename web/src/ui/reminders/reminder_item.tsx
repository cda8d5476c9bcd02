import type { Reminder } from '../../api/types';
import { language, texts } from '../../i18n';
import { formatMoment } from '../../i18n/format';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';
import { isUpcoming, stateText } from './reminder_state';

export function ReminderItem({ reminder, workspace }: { reminder: Reminder; workspace: Workspace }) {
  const t = texts.value;
  const { reminders } = workspace;
  const { busy, error, submit } = useSubmit();
  const time = reminder.next_at ?? reminder.due_at;
  const upcoming = isUpcoming(reminder);
  const action = (name: string, work: () => Promise<void>) => (
    <button type="button" class="button button-small" disabled={busy} onClick={() => void submit(work)}>
      {name}
    </button>
  );
  return (
    <li class="row">
      <div class="row-text">
        <p class={upcoming ? 'row-title' : 'row-title quiet'}>{reminder.text}</p>
        <p class="row-note">
          <time dateTime={time}>{formatMoment(time, language.value)}</time>
          <span class={`tag tag-${reminder.state}`}>{stateText(reminder.state, t)}</span>
        </p>
        <FormError error={error} />
      </div>
      <div class="row-actions">
        {upcoming && action(t.done, () => reminders.finish(reminder.id))}
        {(upcoming || reminder.state === 'delivered') &&
          action(t.snoozeHour, () => reminders.snooze(reminder.id, 'PT1H'))}
        {upcoming && action(t.cancel, () => reminders.cancel(reminder.id))}
      </div>
    </li>
  );
}
