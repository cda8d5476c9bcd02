import type { DayFigures } from '../api/types';

const dayMs = 86_400_000;

/** Most days the server answers at once. */
export const mostDays = 366;

export interface DayRange {
  from: string;
  to: string;
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The last `count` days of UTC, today included. */
export function lastDays(count: number, now = Date.now()): DayRange {
  return { from: isoDay(now - (count - 1) * dayMs), to: isoDay(now) };
}

/** Whether the server would take it: two days, in order, not too far apart. */
export function isRange({ from, to }: DayRange): boolean {
  const begin = Date.parse(`${from}T00:00:00Z`);
  const end = Date.parse(`${to}T00:00:00Z`);
  return Number.isFinite(begin) && Number.isFinite(end) && begin <= end && end - begin < mostDays * dayMs;
}

export type FigureName = Exclude<keyof DayFigures, 'day'>;

/** A bar of a chart in units of its height, 0 to 1 from the ground. */
export interface Segment {
  from: number;
  to: number;
}

/** The end of a chart's axis: 1, 2 or 5 times a power of ten, at least the largest value and at least 1. */
export function axisEnd(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(largest, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= largest) ?? 10 * power;
}

/** The sum of some figures of one day. */
export function sumOf(day: DayFigures, figures: readonly FigureName[]): number {
  return figures.reduce((sum, name) => sum + day[name], 0);
}

/** The bars of each day, one upon the other in the order of `figures`, and where the axis ends. */
export function stack(
  days: readonly DayFigures[],
  figures: readonly FigureName[],
): { end: number; bars: Segment[][] } {
  const end = axisEnd(Math.max(0, ...days.map((day) => sumOf(day, figures))));
  const bars = days.map((day) => {
    let ground = 0;
    return figures.map((name) => {
      const from = ground / end;
      ground += day[name];
      return { from, to: ground / end };
    });
  });
  return { end, bars };
}

/** The day that an arrow key, Home or End leads to; null for another key. */
export function dayByKey(key: string, current: number | null, count: number): number | null {
  if (count === 0) return null;
  const last = count - 1;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, (current ?? count) - 1);
    case 'ArrowRight':
      return Math.min(last, (current ?? -1) + 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
