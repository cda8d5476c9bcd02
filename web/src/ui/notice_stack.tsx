import { texts } from '../i18n';
import type { Notice, Notices } from '../state/notices';
import type { Workspace } from '../state/workspace';
import { Icon } from './icon';
import { ReminderNotice } from './reminder_notice';

interface PlainNoticeProps {
  notice: Extract<Notice, { text: string }>;
  onDismiss: () => void;
}

function PlainNotice({ notice, onDismiss }: PlainNoticeProps) {
  return (
    <div class={`notice notice-${notice.kind}`} role={notice.kind === 'error' ? 'alert' : 'status'}>
      <Icon name={notice.kind === 'error' ? 'alert' : 'check'} />
      <p>{notice.text}</p>
      <button type="button" class="icon-button" aria-label={texts.value.dismiss} onClick={onDismiss}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

/** Notices over every page, the newest at the bottom. */
export function NoticeStack({ notices, workspace }: { notices: Notices; workspace: Workspace | null }) {
  return (
    <section class="notice-stack" aria-label={texts.value.notices}>
      {notices.list.value.map((notice) => {
        const dismiss = (): void => notices.dismiss(notice.id);
        if (notice.kind !== 'reminder') return <PlainNotice key={notice.id} notice={notice} onDismiss={dismiss} />;
        if (workspace === null) return null;
        return <ReminderNotice key={notice.id} fired={notice.fired} workspace={workspace} onDismiss={dismiss} />;
      })}
    </section>
  );
}
