import { useMemo } from 'preact/hooks';
import type { Room } from '../../api/types';
import { language, texts } from '../../i18n';
import { errorText } from '../../i18n/error_text';
import { formatDay } from '../../i18n/format';
import { continuesLast, layOut, type Line } from '../../model/layout';
import type { Conversation } from '../../state/conversation';
import type { Workspace } from '../../state/workspace';
import { Icon } from '../icon';
import { DraftLine } from './draft_line';
import { EventNotice } from './event_notice';
import { MessageLine } from './message_line';
import { useFollowedScroll } from './use_followed_scroll';

export interface MessageListProps {
  room: Room;
  conversation: Conversation;
  workspace: Workspace;
}

function LineView({ line, myId }: { line: Line; myId: number }) {
  if (line.kind === 'message') return <MessageLine event={line.event} continued={line.continued} myId={myId} />;
  if (line.kind === 'notice') return <EventNotice event={line.event} />;
  if (line.kind === 'unread') return <li class="separator separator-unread">{texts.value.newMessages}</li>;
  return <li class="separator">{formatDay(line.at, language.value, texts.value)}</li>;
}

/** The scrolling messages of a room. */
export function MessageList({ room, conversation, workspace }: MessageListProps) {
  const t = texts.value;
  const { me } = workspace;
  const timeline = conversation.timeline.value;
  const outbox = conversation.outbox.value;
  const ready = conversation.ready.value;
  const unreadAfter = conversation.unreadAfter.value;
  const error = conversation.error.value;
  const lines = useMemo(() => layOut(timeline.events, unreadAfter, me.id), [timeline, unreadAfter, me.id]);
  const { scroller, away, toEnd } = useFollowedScroll({
    conversation,
    onEndSeen: (offset) => workspace.markRead(room.id, offset),
  });
  return (
    <div class="messages-frame">
      <div class="messages" ref={scroller} tabIndex={0} role="region" aria-label={t.messagesOf(room.name)}>
        <div class="messages-top">
          {conversation.loadingOlder.value && <p role="status">{t.loadingOlder}</p>}
          {!ready && error === null && <p role="status">{t.loading}</p>}
          {ready && timeline.complete && <p>{lines.length === 0 ? t.firstMessage : t.beginning}</p>}
          {error !== null && (
            <p class="messages-error" role="alert">
              {errorText(error, t)}{' '}
              <button type="button" class="link-button" onClick={() => void conversation.reload()}>
                {t.retry}
              </button>
            </p>
          )}
        </div>
        <ol class="message-lines" aria-live="polite" aria-relevant="additions">
          {lines.map((line) => (
            <LineView key={line.id} line={line} myId={me.id} />
          ))}
          {outbox.map((draft, index) => (
            <DraftLine
              key={draft.key}
              draft={draft}
              continued={index > 0 || continuesLast(lines.at(-1), me.id, draft.createdAt)}
              me={me}
              conversation={conversation}
            />
          ))}
        </ol>
      </div>
      {away && (
        <button type="button" class="to-end" onClick={toEnd} aria-label={t.toLatest}>
          {(room.unread ?? 0) > 0 && <span>{t.newMessages}</span>}
          <Icon name="down" size={18} />
        </button>
      )}
    </div>
  );
}
