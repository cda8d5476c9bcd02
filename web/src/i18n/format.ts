import type { Dictionary } from './en';
import type { Language } from './index';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Time of day, such as 13:45. */
export function formatTime(time: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'ru', { hour: '2-digit', minute: '2-digit' }).format(
    new Date(time),
  );
}

/** Date and time of day; the year only when it is not this one. */
export function formatMoment(time: string, language: Language, now = new Date()): string {
  const date = new Date(time);
  const sameYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'ru', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(date);
}

function daysAgo(date: Date, now: Date): number {
  const midnight = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
  return Math.round((midnight(now) - midnight(date)) / dayMs);
}

/** A calendar day for a separator: today, yesterday or a date. */
export function formatDay(time: string, language: Language, texts: Dictionary, now = new Date()): string {
  const date = new Date(time);
  const ago = daysAgo(date, now);
  if (ago === 0) return texts.today;
  if (ago === 1) return texts.yesterday;
  const sameYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'ru', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(date);
}

/** Short time for a list: the time of day if today, else the day. */
export function formatRecent(time: string, language: Language, texts: Dictionary, now = new Date()): string {
  const date = new Date(time);
  const ago = daysAgo(date, now);
  if (ago === 0) return formatTime(time, language);
  if (ago === 1) return texts.yesterday.toLowerCase();
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'ru', { day: 'numeric', month: 'short' }).format(date);
}

/** A day of UTC such as `2026-05-01`, briefly. */
export function formatDate(day: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'ru', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
}

export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(language === 'en' ? 'en-GB' : 'ru').format(value);
}

/** A size, such as 12.5 MB. */
export function formatBytes(value: number, language: Language): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let unit = 0;
  let size = value;
  while (size >= 1000 && unit + 1 < units.length) {
    size /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(language === 'en' ? 'en-GB' : 'ru', {
    style: 'unit',
    unit: units[unit],
    unitDisplay: 'short',
    maximumFractionDigits: size < 100 && unit > 0 ? 1 : 0,
  }).format(size);
}

/** A length of time in its largest whole unit. */
export function formatDuration(milliseconds: number, texts: Dictionary): string {
  if (milliseconds < minuteMs) return texts.seconds(Math.max(1, Math.round(milliseconds / 1000)));
  if (milliseconds < hourMs) return texts.minutesCount(Math.floor(milliseconds / minuteMs));
  if (milliseconds < dayMs) return texts.hoursCount(Math.floor(milliseconds / hourMs));
  return texts.daysCount(Math.floor(milliseconds / dayMs));
}
