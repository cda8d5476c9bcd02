import type { RoomEvent } from '../api/types';

/** One line of the message list. */
export type Line =
  | { kind: 'day'; id: string; at: string }
  | { kind: 'unread'; id: string }
  | { kind: 'message'; id: string; event: RoomEvent; continued: boolean }
  | { kind: 'notice'; id: string; event: RoomEvent };

const noticeTypes = new Set(['member.added', 'member.removed', 'room.renamed', 'room.created']);
const continuationMs = 5 * 60_000;

/** The local calendar day of a time. */
export function dayOf(time: string): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

function continues(previous: RoomEvent | undefined, event: RoomEvent): boolean {
  if (previous === undefined || previous.type !== 'message' || previous.user.id !== event.user.id) return false;
  if (previous.sent_by !== event.sent_by) return false;
  return Date.parse(event.created_at) - Date.parse(previous.created_at) < continuationMs;
}

/** True if a message written now by `myId` will continue the last line. */
export function continuesLast(last: Line | undefined, myId: number, createdAt: string): boolean {
  if (last === undefined || last.kind !== 'message' || last.event.user.id !== myId) return false;
  if (last.event.sent_by !== undefined || dayOf(last.event.created_at) !== dayOf(createdAt)) return false;
  return Date.parse(createdAt) - Date.parse(last.event.created_at) < continuationMs;
}

/**
 * Lays events out with a separator before each new day and one before the first unread message of others.
 * `unreadAfter` is the last offset read when the room was opened; null leaves the mark out.
 */
export function layOut(events: readonly RoomEvent[], unreadAfter: number | null, myId: number): Line[] {
  const lines: Line[] = [];
  let previous: RoomEvent | undefined;
  let day = '';
  let marked = unreadAfter === null;
  for (const event of events) {
    const isMessage = event.type === 'message';
    if (!isMessage && !noticeTypes.has(event.type)) continue;
    const eventDay = dayOf(event.created_at);
    if (eventDay !== day) {
      lines.push({ kind: 'day', id: `day-${eventDay}`, at: event.created_at });
      day = eventDay;
      previous = undefined;
    }
    if (!marked && isMessage && unreadAfter !== null && event.offset > unreadAfter && event.user.id !== myId) {
      lines.push({ kind: 'unread', id: 'unread' });
      marked = true;
      previous = undefined;
    }
    if (isMessage) {
      lines.push({ kind: 'message', id: `m-${event.offset}`, event, continued: continues(previous, event) });
    } else {
      lines.push({ kind: 'notice', id: `n-${event.offset}`, event });
    }
    previous = event;
  }
  return lines;
}

/** The offset before the last `count` messages of others, or before everything known if there are more; null for 0. */
export function unreadMark(events: readonly RoomEvent[], count: number, myId: number): number | null {
  if (count <= 0) return null;
  const others = events.filter((event) => event.type === 'message' && event.user.id !== myId);
  const first = others.at(-count) ?? others[0];
  return first === undefined ? null : first.offset - 1;
}
