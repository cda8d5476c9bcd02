import type { Room, RoomEvent } from '../api/types';

function activity(room: Room): number {
  return Date.parse(room.last_message?.created_at ?? room.created_at);
}

/** Most recently active first. */
export function sortRooms(rooms: readonly Room[]): Room[] {
  return [...rooms].sort((left, right) => activity(right) - activity(left) || right.id - left.id);
}

export function putRoom(rooms: readonly Room[], room: Room): Room[] {
  return sortRooms([...rooms.filter((known) => known.id !== room.id), room]);
}

export function removeRoom(rooms: readonly Room[], id: number): Room[] {
  return rooms.filter((room) => room.id !== id);
}

/** Carries a live event into the list. Events already counted (by offset) change nothing. */
export function applyEvent(rooms: readonly Room[], roomId: number, event: RoomEvent, myId: number): readonly Room[] {
  const room = rooms.find((candidate) => candidate.id === roomId);
  if (room === undefined || event.offset <= room.last_offset) return rooms;
  const changed: Room = { ...room, last_offset: event.offset };
  if (event.type === 'message') {
    changed.last_message = event;
    changed.unread = event.user.id === myId ? 0 : (room.unread ?? 0) + 1;
  } else if (event.type === 'room.renamed' && event.name !== undefined) {
    changed.name = event.name;
  } else if (event.type === 'member.added') {
    changed.member_count += 1;
  } else if (event.type === 'member.removed') {
    changed.member_count -= 1;
  }
  return putRoom(rooms, changed);
}

export function clearUnread(rooms: readonly Room[], roomId: number): readonly Room[] {
  if (!rooms.some((room) => room.id === roomId && (room.unread ?? 0) > 0)) return rooms;
  return rooms.map((room) => (room.id === roomId ? { ...room, unread: 0 } : room));
}

export function totalUnread(rooms: readonly Room[]): number {
  return rooms.reduce((sum, room) => sum + (room.unread ?? 0), 0);
}
