import type { Room, RoomEvent } from '../src/api/types';
import type { Timeline } from '../src/model/timeline';

/** A message of user 1, written `offset` seconds after midnight. */
export function message(offset: number, changes: Partial<RoomEvent> = {}): RoomEvent {
  const created = new Date(2026, 0, 15, 0, 0, offset).toISOString();
  const user = { id: 1, username: 'ann' };
  return { offset, type: 'message', user, created_at: created, text: `text ${offset}`, ...changes };
}

export function offsetsOf(timeline: Timeline): number[] {
  return timeline.events.map((event) => event.offset);
}

export function room(id: number, changes: Partial<Room> = {}): Room {
  return {
    id,
    name: `room ${id}`,
    kind: 'group',
    created_by: 1,
    created_at: new Date(2026, 0, id).toISOString(),
    member_count: 2,
    last_offset: 0,
    my_role: 'member',
    ...changes,
  };
}
