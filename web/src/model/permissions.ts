import type { Role, Room } from '../api/types';

/** Guests write only where a room allows it; everybody else who sees a room may write in it. */
export function mayWrite(room: Room, role: Role): boolean {
  return role !== 'guest' || room.my_role !== null || room.guests_may_write === true;
}
