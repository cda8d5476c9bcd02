import { expect, test } from 'vitest';
import { ApiError } from '../src/api/problem';
import { preferredLanguage } from '../src/i18n';
import { en } from '../src/i18n/en';
import { errorText } from '../src/i18n/error_text';
import { formatDay, formatDuration, formatRecent } from '../src/i18n/format';
import { pluralRu, ru } from '../src/i18n/ru';

test('both languages have the same texts, none of them empty', () => {
  expect(Object.keys(ru).sort()).toEqual(Object.keys(en).sort());
  for (const text of [...Object.values(en), ...Object.values(ru)]) expect(text).not.toBe('');
});

test('Russian counts follow the last digits', () => {
  const forms = [1, 2, 4, 5, 11, 14, 21, 22, 25, 111, 112].map((count) => pluralRu(count, 'one', 'few', 'many'));
  expect(forms).toEqual([
    '1 one', '2 few', '4 few', '5 many', '11 many', '14 many', '21 one', '22 few', '25 many', '111 many', '112 many',
  ]);
});

test('the stored choice wins, then the first known language of the browser', () => {
  expect(preferredLanguage('ru', ['en-GB'])).toBe('ru');
  expect(preferredLanguage('de', ['ru-RU', 'en'])).toBe('ru');
  expect(preferredLanguage(null, ['de-DE', 'en', 'ru'])).toBe('en');
  expect(preferredLanguage(null, ['de-DE'])).toBe('en');
});

test('days are named by the calendar, not by hours passed', () => {
  const now = new Date(2026, 5, 10, 0, 30);
  expect(formatDay(new Date(2026, 5, 9, 23, 50).toISOString(), 'en', en, now)).toBe('Yesterday');
  expect(formatDay(new Date(2026, 5, 10, 0, 5).toISOString(), 'ru', ru, now)).toBe('Сегодня');
  expect(formatRecent(new Date(2026, 5, 9, 23, 50).toISOString(), 'en', en, now)).toBe('yesterday');
  expect(formatDay(new Date(2025, 5, 9).toISOString(), 'en', en, now)).toContain('2025');
});

test('durations are told in their largest unit', () => {
  expect(formatDuration(400, en)).toBe('1 second');
  expect(formatDuration(61_000, en)).toBe('1 minute');
  expect(formatDuration(2 * 3_600_000, ru)).toBe('2 часа');
  expect(formatDuration(50 * 3_600_000, en)).toBe('2 days');
});

test('failures are told in the reader’s language, details where there is nothing better', () => {
  expect(errorText(new ApiError(0, 'network', ''), en)).toBe(en.errorNetwork);
  expect(errorText(new ApiError(401, 'invalid_credentials', 'x'), ru)).toBe(ru.errorCredentials);
  expect(errorText(new ApiError(409, 'conflict', 'The name is taken.'), en)).toBe('The name is taken.');
  const field = { pointer: '/text', code: 'too_long', detail: 'The text is too long.' };
  expect(errorText(new ApiError(422, 'invalid', 'Bad request.', [field]), en)).toBe('The text is too long.');
  expect(errorText({ code: 1, message: 'timeout' }, en)).toBe(en.errorTimeout);
  expect(errorText({ code: 107, message: 'unknown_members: nobody is called x' }, en)).toBe('nobody is called x');
});
