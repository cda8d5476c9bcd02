import { expect, test } from 'vitest';
import { applyEvent, clearUnread, putRoom, sortRooms, totalUnread } from '../src/model/room_list';
import { mayWrite } from '../src/model/permissions';
import { message, room } from './events';

const bob = { id: 2, username: 'bob' };
const later = new Date(2026, 5, 1).toISOString();

test('the most recently active room comes first', () => {
  const quiet = room(1);
  const busy = room(2, { last_message: message(1, { created_at: later }) });
  expect(sortRooms([room(3), quiet, busy]).map((entry) => entry.id)).toEqual([2, 3, 1]);
});

test('a message of somebody else counts as unread and lifts its room', () => {
  const rooms = applyEvent([room(2), room(1)], 1, message(1, { user: bob, created_at: later }), 1);
  expect(rooms[0]).toMatchObject({ id: 1, unread: 1, last_offset: 1 });
  expect(totalUnread(rooms)).toBe(1);
});

test('an event that was counted already changes nothing', () => {
  const rooms = [room(1, { last_offset: 5, unread: 3 })];
  expect(applyEvent(rooms, 1, message(5, { user: bob }), 1)).toBe(rooms);
});

test('an own message reads the room', () => {
  const rooms = applyEvent([room(1, { unread: 3 })], 1, message(9), 1);
  expect(rooms[0]?.unread).toBe(0);
});

test('events of unknown rooms are ignored', () => {
  const rooms = [room(1)];
  expect(applyEvent(rooms, 7, message(1), 1)).toBe(rooms);
});

test('names and member counts follow events without touching unread', () => {
  let rooms = applyEvent([room(1)], 1, message(1, { type: 'room.renamed', name: 'stage', user: bob }), 1);
  rooms = applyEvent(rooms, 1, message(2, { type: 'member.added', user: bob }), 1);
  expect(rooms[0]).toMatchObject({ name: 'stage', member_count: 3, last_offset: 2 });
  expect(totalUnread(rooms)).toBe(0);
});

test('putting a known room replaces it', () => {
  expect(putRoom([room(1)], room(1, { name: 'new' })).map((entry) => entry.name)).toEqual(['new']);
});

test('clearing what is clear keeps the same object', () => {
  const rooms = [room(1)];
  expect(clearUnread(rooms, 1)).toBe(rooms);
});

test('guests write only where the room lets them', () => {
  const open = room(1, { kind: 'public', my_role: null });
  expect(mayWrite(open, 'guest')).toBe(false);
  expect(mayWrite({ ...open, guests_may_write: true }, 'guest')).toBe(true);
  expect(mayWrite(open, 'user')).toBe(true);
});
