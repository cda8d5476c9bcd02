import { expect, test } from 'vitest';
import { layOut, unreadMark } from '../src/model/layout';
import { message } from './events';

const bob = { id: 2, username: 'bob' };
const at = (day: number, hour: number, minute = 0): string => new Date(2026, 0, day, hour, minute).toISOString();

test('a separator stands before each local day', () => {
  const lines = layOut(
    [message(1, { created_at: at(1, 23, 59) }), message(2, { created_at: at(2, 0, 1) })],
    null,
    1,
  );
  expect(lines.map((line) => line.kind)).toEqual(['day', 'message', 'day', 'message']);
  expect(lines[3]).toMatchObject({ continued: false });
});

test('a message soon after one of the same author continues it', () => {
  const lines = layOut(
    [
      message(1, { created_at: at(1, 10, 0) }),
      message(2, { created_at: at(1, 10, 4) }),
      message(3, { created_at: at(1, 10, 20) }),
      message(4, { created_at: at(1, 10, 21), user: bob }),
    ],
    null,
    1,
  );
  expect(lines.slice(1).map((line) => line.kind === 'message' && line.continued)).toEqual([false, true, false, false]);
});

test('a message an administrator sent for somebody does not continue their own', () => {
  const sent = message(2, { sent_by: 'root' });
  const lines = layOut([message(1), sent], null, 1);
  expect(lines.at(-1)).toMatchObject({ continued: false });
});

test('events of an unknown type are left out, room events are notices', () => {
  const lines = layOut([message(1, { type: 'member.added' }), message(2, { type: 'reaction' })], null, 1);
  expect(lines.map((line) => line.kind)).toEqual(['day', 'notice']);
});

test('the unread mark stands once, before the first newer message of others', () => {
  const events = [message(1), message(2, { user: bob }), message(3), message(4, { user: bob })];
  const kinds = layOut(events, 2, 1).map((line) => line.kind);
  expect(kinds).toEqual(['day', 'message', 'message', 'message', 'unread', 'message']);
  expect(layOut(events, 4, 1).some((line) => line.kind === 'unread')).toBe(false);
});

test('the mark is found from the number of unread messages', () => {
  const events = [message(1, { user: bob }), message(2), message(3, { user: bob }), message(4, { user: bob })];
  expect(unreadMark(events, 0, 1)).toBeNull();
  expect(unreadMark(events, 2, 1)).toBe(2);
  expect(unreadMark(events, 99, 1)).toBe(0);
  expect(unreadMark([message(1)], 3, 1)).toBeNull();
});
