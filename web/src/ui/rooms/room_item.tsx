import type { Room } from '../../api/types';
import { language, texts } from '../../i18n';
import type { Dictionary } from '../../i18n/en';
import { formatRecent } from '../../i18n/format';
import { hrefOf } from '../../router';
import { Avatar } from '../avatar';

const maxShown = 99;

function preview(room: Room, myId: number, t: Dictionary): string {
  const last = room.last_message;
  if (last === undefined || last === null) return t.nobodyWrote;
  const author = last.user.id === myId ? t.you : last.user.username;
  return `${author}: ${last.deleted === true ? t.deletedMessage : (last.text ?? '')}`;
}

/** One line of the rooms list: name, last message and how much is unread. */
export function RoomItem({ room, myId, open }: { room: Room; myId: number; open: boolean }) {
  const t = texts.value;
  const unread = room.unread ?? 0;
  const time = room.last_message?.created_at;
  return (
    <li>
      <a
        class={unread > 0 ? 'room-item room-item-unread' : 'room-item'}
        href={hrefOf({ name: 'room', id: room.id })}
        aria-current={open ? 'page' : undefined}
      >
        <Avatar id={room.id} name={room.name} square />
        <span class="room-item-name">{room.name}</span>
        {time !== undefined && (
          <time class="room-item-time" dateTime={time}>
            {formatRecent(time, language.value, t)}
          </time>
        )}
        <span class="room-item-preview">{preview(room, myId, t)}</span>
        {unread > 0 && (
          <span class="badge">
            <span aria-hidden="true">{unread > maxShown ? `${maxShown}+` : unread}</span>
            <span class="hidden">{t.unreadCount(unread)}</span>
          </span>
        )}
      </a>
    </li>
  );
}
