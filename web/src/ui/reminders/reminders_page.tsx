import { useEffect } from 'preact/hooks';
import type { Reminder } from '../../api/types';
import { texts } from '../../i18n';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { Page } from '../page';
import { ReminderForm } from './reminder_form';
import { ReminderItem } from './reminder_item';
import { isUpcoming } from './reminder_state';

interface ReminderSectionProps {
  title: string;
  reminders: readonly Reminder[];
  workspace: Workspace;
}

function ReminderSection({ title, reminders, workspace }: ReminderSectionProps) {
  if (reminders.length === 0) return null;
  return (
    <section class="card">
      <h2>{title}</h2>
      <ul class="rows">
        {reminders.map((reminder) => (
          <ReminderItem key={reminder.id} reminder={reminder} workspace={workspace} />
        ))}
      </ul>
    </section>
  );
}

function dueTime(reminder: Reminder): number {
  return Date.parse(reminder.next_at ?? reminder.due_at);
}

export function RemindersPage({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const { reminders } = workspace;
  const list = reminders.list.value;
  useEffect(() => {
    void reminders.load();
  }, [reminders]);
  const upcoming = (list ?? []).filter(isUpcoming).sort((left, right) => dueTime(left) - dueTime(right));
  const past = (list ?? []).filter((reminder) => !isUpcoming(reminder)).sort((a, b) => dueTime(b) - dueTime(a));
  return (
    <Page title={t.reminders}>
      <ReminderForm workspace={workspace} />
      <FormError error={reminders.error.value} />
      {list === null && reminders.error.value === null && <p role="status">{t.loading}</p>}
      {list !== null && list.length === 0 && (
        <div class="empty">
          <p class="room-list-title">{t.noReminders}</p>
          <p>{t.noRemindersHint}</p>
        </div>
      )}
      <ReminderSection title={t.upcoming} reminders={upcoming} workspace={workspace} />
      <ReminderSection title={t.past} reminders={past} workspace={workspace} />
    </Page>
  );
}
