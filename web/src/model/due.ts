/** Times of reminders as a person enters them. */

export type DueUnit = 'minutes' | 'hours' | 'days';

/** ISO 8601 duration, or null when the amount is not a whole number of 1 or more. */
export function toDuration(amount: number, unit: DueUnit): string | null {
  if (!Number.isSafeInteger(amount) || amount < 1) return null;
  if (unit === 'days') return `P${amount}D`;
  return `PT${amount}${unit === 'hours' ? 'H' : 'M'}`;
}

/** The value of a date-time field (local time) as RFC 3339 in UTC, or null when it is no time. */
export function localToUtc(value: string): string | null {
  const time = new Date(value);
  return value === '' || Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** A time as the value of a date-time field, in local time, to the minute. */
export function toLocalField(time: Date): string {
  const pad = (part: number): string => String(part).padStart(2, '0');
  const day = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  return `${day}T${pad(time.getHours())}:${pad(time.getMinutes())}`;
}
