import { language, texts } from '../i18n';
import { errorText } from '../i18n/error_text';
import { formatDuration, formatTime } from '../i18n/format';
import type { ReminderFired } from '../api/types';
import type { Workspace } from '../state/workspace';
import { Icon } from './icon';

export interface ReminderNoticeProps {
  fired: ReminderFired;
  workspace: Workspace;
  onDismiss: () => void;
}

/** Lateness worth telling. */
const lateMs = 5000;

/** A reminder that fired: it stays until it is answered. */
export function ReminderNotice({ fired, workspace, onDismiss }: ReminderNoticeProps) {
  const t = texts.value;
  const answer = async (action: Promise<void>): Promise<void> => {
    try {
      await action;
      onDismiss();
    } catch (error) {
      workspace.notices.error(errorText(error, texts.value));
    }
  };
  return (
    <div class="notice notice-reminder" role="alert">
      <Icon name="bell" />
      <div class="notice-content">
        <p class="notice-title">
          <span>
            {t.reminder}
            {fired.due_at !== '' && <time dateTime={fired.due_at}> · {formatTime(fired.due_at, language.value)}</time>}
          </span>
          {fired.late_ms >= lateMs && <span class="tag tag-warning">{t.late(formatDuration(fired.late_ms, t))}</span>}
        </p>
        <p class="notice-text">{fired.text}</p>
        <div class="notice-actions">
          <button
            type="button"
            class="button button-small button-primary"
            onClick={() => void answer(workspace.reminders.finish(fired.reminder_id))}
          >
            {t.done}
          </button>
          <button
            type="button"
            class="button button-small"
            onClick={() => void answer(workspace.reminders.snooze(fired.reminder_id, 'PT10M'))}
          >
            {t.snooze10}
          </button>
        </div>
      </div>
      <button type="button" class="icon-button" aria-label={t.dismiss} onClick={onDismiss}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
