import type { RoomEvent } from '../../api/types';
import { texts } from '../../i18n';
import type { Dictionary } from '../../i18n/en';

function noticeText(event: RoomEvent, t: Dictionary): string {
  const who = event.user.username;
  const member = event.member?.username ?? t.someone;
  const self = event.member?.id === event.user.id;
  if (event.type === 'member.added') return self ? t.memberJoined(who) : t.memberAdded(who, member);
  if (event.type === 'member.removed') return self ? t.memberLeft(who) : t.memberRemoved(who, member);
  if (event.type === 'room.renamed') return t.roomRenamed(who, event.name ?? '');
  return t.roomCreated(who);
}

/** What happened to the room itself, as a small line between messages. */
export function EventNotice({ event }: { event: RoomEvent }) {
  return (
    <li class="event-notice" data-offset={event.offset}>
      {noticeText(event, texts.value)}
    </li>
  );
}
