import type { RoomEvent } from '../../api/types';
import { language, texts } from '../../i18n';
import { formatMoment, formatTime } from '../../i18n/format';
import { Avatar } from '../avatar';
import { MessageText } from './message_text';

export interface MessageLineProps {
  event: RoomEvent;
  /** Follows a message of the same author closely: shown without name and picture. */
  continued: boolean;
  myId: number;
}

export function MessageLine({ event, continued, myId }: MessageLineProps) {
  const t = texts.value;
  const time = (
    <time class="message-time" dateTime={event.created_at} title={formatMoment(event.created_at, language.value)}>
      {formatTime(event.created_at, language.value)}
    </time>
  );
  const mine = event.user.id === myId;
  return (
    <li class={continued ? 'message message-continued' : 'message'} data-offset={event.offset}>
      {continued ? time : <Avatar id={event.user.id} name={event.user.username} />}
      <div class="message-content">
        {continued ? (
          <span class="hidden">{event.user.username}</span>
        ) : (
          <p class="message-head">
            <span class={mine ? 'message-author message-author-me' : 'message-author'}>{event.user.username}</span>
            {event.sent_by !== undefined && <span class="tag">{t.sentBy(event.sent_by)}</span>}
            {time}
          </p>
        )}
        {event.deleted === true ? (
          <p class="message-text quiet">{t.deletedMessage}</p>
        ) : (
          <p class="message-text">
            <MessageText text={event.text ?? ''} />
            {event.edited_at !== undefined && <span class="message-mark">{t.edited}</span>}
          </p>
        )}
      </div>
    </li>
  );
}
