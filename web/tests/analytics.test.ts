import { expect, test } from 'vitest';
import type { DayFigures } from '../src/api/types';
import { formatDate, formatNumber } from '../src/i18n/format';
import { axisEnd, dayByKey, isRange, lastDays, mostDays, stack, sumOf } from '../src/model/analytics';

function day(messages: number, failed = 0): DayFigures {
  return {
    day: '2026-05-01',
    registrations: 0,
    guests: 0,
    users_deleted: 0,
    logins_ok: messages,
    logins_failed: failed,
    rooms_created: 0,
    rooms_deleted: 0,
    messages,
    reminders_created: 0,
    reminders_fired: 0,
    reminders_late: 0,
    reminders_delivered: 0,
    reminders_failed: 0,
    notifications_sent: 0,
    notifications_failed: 0,
    active_users: 0,
  };
}

test('the last days end with today, of UTC', () => {
  const evening = Date.parse('2026-03-01T23:59:59.999Z');
  expect(lastDays(1, evening)).toEqual({ from: '2026-03-01', to: '2026-03-01' });
  expect(lastDays(30, evening)).toEqual({ from: '2026-01-31', to: '2026-03-01' });
  expect(lastDays(2, evening + 1)).toEqual({ from: '2026-03-01', to: '2026-03-02' });
});

test('a range is what the server takes', () => {
  expect(isRange({ from: '2026-01-01', to: '2026-01-01' })).toBe(true);
  expect(isRange({ from: '2024-01-01', to: '2024-12-31' })).toBe(true); // a leap year
  expect(isRange({ from: '2024-01-01', to: '2025-01-01' })).toBe(false);
  expect(isRange({ from: '2026-01-02', to: '2026-01-01' })).toBe(false);
  expect(isRange({ from: '', to: '2026-01-01' })).toBe(false);
  expect(isRange(lastDays(mostDays))).toBe(true);
  expect(isRange(lastDays(mostDays + 1))).toBe(false);
});

test('an axis ends at a round number', () => {
  expect([0, 1, 2, 3, 7, 10, 11, 20, 21, 99, 100, 501, 5000].map(axisEnd)).toEqual([
    1, 1, 2, 5, 10, 10, 20, 20, 50, 100, 100, 1000, 5000,
  ]);
});

test('bars stand one upon the other and reach the sum', () => {
  const { end, bars } = stack([day(6, 3), day(0), day(1, 0)], ['logins_ok', 'logins_failed']);
  expect(end).toBe(10);
  expect(bars[0]).toEqual([
    { from: 0, to: 0.6 },
    { from: 0.6, to: 0.9 },
  ]);
  expect(bars[1]).toEqual([
    { from: 0, to: 0 },
    { from: 0, to: 0 },
  ]);
  expect(stack([], ['messages'])).toEqual({ end: 1, bars: [] });
  expect(sumOf(day(6, 3), ['logins_ok', 'logins_failed', 'messages'])).toBe(15);
});

test('keys move from day to day and stop at the ends', () => {
  expect(dayByKey('ArrowRight', null, 3)).toBe(0);
  expect(dayByKey('ArrowLeft', null, 3)).toBe(2);
  expect(dayByKey('ArrowRight', 2, 3)).toBe(2);
  expect(dayByKey('ArrowLeft', 0, 3)).toBe(0);
  expect(dayByKey('Home', 2, 3)).toBe(0);
  expect(dayByKey('End', 0, 3)).toBe(2);
  expect(dayByKey('Tab', 1, 3)).toBeNull();
  expect(dayByKey('End', null, 0)).toBeNull();
});

test('days and numbers are written in the language', () => {
  expect(formatDate('2026-05-01', 'en')).toBe('1 May 2026');
  expect(formatDate('2026-05-01', 'ru')).toContain('мая');
  expect(formatNumber(1234567, 'en')).toBe('1,234,567');
});
