import { expect, test } from 'vitest';
import { fieldProblem, parseProblem, refusedIndexes } from '../src/api/problem';
import { decodeEvent, decodeReceipt, decodeReminderFired, roomIdOf } from '../src/live/decode';
import { deviceName } from '../src/session/device';
import { isStale, renewalTime, toAccessToken } from '../src/session/access_token';

const data = { type: 'message', user: { id: 1, username: 'ann' }, created_at: '2026-01-15T10:00:00.000Z', text: 'hi' };

test('a publication becomes an event with the offset of its envelope', () => {
  expect(decodeEvent(data, 4)).toEqual({ ...data, offset: 4 });
});

test('ephemeral and malformed publications are left out', () => {
  expect(decodeEvent(data, undefined)).toBeNull();
  for (const bad of [null, 7, 'text', [], {}, { ...data, user: { id: '1', username: 'ann' } }, { ...data, type: 1 }]) {
    expect(decodeEvent(bad, 4)).toBeNull();
  }
});

test('receipts and reminders are checked', () => {
  expect(decodeReceipt({ offset: 3, created_at: 'x' })).toEqual({ offset: 3, created_at: 'x', duplicate: false });
  expect(decodeReceipt({ offset: '3', created_at: 'x' })).toBeNull();
  expect(decodeReminderFired({ type: 'reminder.fired', reminder_id: 2, text: 'tea' })).toMatchObject({ late_ms: 0 });
  expect(decodeReminderFired({ text: 'tea' })).toBeNull();
});

test('the room of a personal event is found in both places', () => {
  expect(roomIdOf({ room_id: 3 })).toBe(3);
  expect(roomIdOf({ room: { id: 4 } })).toBe(4);
  expect(roomIdOf({ room: 'x' })).toBeNull();
});

test('problems keep their fields; any other body is an unknown problem', () => {
  const error = parseProblem(422, {
    title: 'Unprocessable',
    code: 'unknown_members',
    errors: [{ pointer: '/members/1', code: 'unknown_user', detail: 'no such user' }, 'odd'],
  });
  expect(error.code).toBe('unknown_members');
  expect(fieldProblem(error, '/members')?.detail).toBe('no such user');
  expect([...refusedIndexes(error, '/members')]).toEqual([1]);
  expect(parseProblem(502, '<html>')).toMatchObject({ status: 502, code: 'unknown', message: 'HTTP 502' });
});

test('a token is renewed a minute before its end, a very short one at half of its life', () => {
  const user = { id: 1, username: 'ann', role: 'user' as const, created_at: '' };
  const credentials = { access_token: 't', session_id: 's', user };
  const long = toAccessToken({ ...credentials, expires_in: 900 }, 0);
  expect(renewalTime(long)).toBe(840_000);
  expect(isStale(long, 839_999)).toBe(false);
  expect(isStale(long, 840_000)).toBe(true);
  expect(renewalTime(toAccessToken({ ...credentials, expires_in: 20 }, 0))).toBe(10_000);
});

test('devices have names people know', () => {
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36';
  expect(deviceName(agent)).toBe('Chrome, Linux');
  expect(deviceName('curl/8')).toBe('Browser');
});
