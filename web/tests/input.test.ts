import { expect, test } from 'vitest';
import { Attempt } from '../src/api/attempt';
import { localToUtc, toDuration, toLocalField } from '../src/model/due';
import { splitLinks } from '../src/model/links';
import { addNames, splitNames } from '../src/model/members';
import { hrefOf, parseRoute } from '../src/router';

test('durations are ISO 8601; anything but whole numbers from 1 is refused', () => {
  expect(toDuration(10, 'minutes')).toBe('PT10M');
  expect(toDuration(2, 'hours')).toBe('PT2H');
  expect(toDuration(3, 'days')).toBe('P3D');
  for (const bad of [0, -1, 1.5, Number.NaN, Infinity]) expect(toDuration(bad, 'minutes')).toBeNull();
});

test('local fields turn into the same moment', () => {
  const time = new Date(2026, 2, 9, 8, 5);
  expect(toLocalField(time)).toBe('2026-03-09T08:05');
  expect(localToUtc('2026-03-09T08:05')).toBe(time.toISOString());
  expect(localToUtc('')).toBeNull();
  expect(localToUtc('soon')).toBeNull();
});

test('names are split at anything a person separates them with, and added once', () => {
  expect(splitNames(' ann, bob;carl@example.com\n dora ')).toEqual(['ann', 'bob', 'carl@example.com', 'dora']);
  expect(addNames(['Ann'], ['ann', 'bob', 'bob'])).toEqual(['Ann', 'bob']);
});

test('only web addresses become links, without the punctuation after them', () => {
  expect(splitLinks('see https://a.example/x?y=1, or http://b.example.')).toEqual([
    { text: 'see ', link: false },
    { text: 'https://a.example/x?y=1', link: true },
    { text: ', or ', link: false },
    { text: 'http://b.example', link: true },
    { text: '.', link: false },
  ]);
  expect(splitLinks('javascript:alert(1) <b>')).toEqual([{ text: 'javascript:alert(1) <b>', link: false }]);
});

test('routes survive the way through the address bar; strange ones are unknown', () => {
  expect(parseRoute(hrefOf({ name: 'room', id: 12 }))).toEqual({ name: 'room', id: 12 });
  expect(parseRoute(hrefOf({ name: 'sign_up' }))).toEqual({ name: 'sign_up' });
  expect(parseRoute('')).toEqual({ name: 'rooms' });
  for (const bad of ['#/rooms/0', '#/rooms/-1', '#/rooms/x', '#/nowhere']) {
    expect(parseRoute(bad)).toEqual({ name: 'unknown' });
  }
});

test('the same content keeps its idempotency key until it arrived', () => {
  let count = 0;
  const attempt = new Attempt(() => `key ${(count += 1)}`);
  expect(attempt.keyFor({ name: 'a' })).toBe('key 1');
  expect(attempt.keyFor({ name: 'a' })).toBe('key 1');
  expect(attempt.keyFor({ name: 'b' })).toBe('key 2');
  attempt.settle();
  expect(attempt.keyFor({ name: 'b' })).toBe('key 3');
});
