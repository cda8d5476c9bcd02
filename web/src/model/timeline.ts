import type { RoomEvent } from '../api/types';

/** The known part of a room's log, in rising offset and without doubles. */
export interface Timeline {
  readonly events: readonly RoomEvent[];
  /** True when nothing older exists. */
  readonly complete: boolean;
}

export const emptyTimeline: Timeline = { events: [], complete: false };

/** Offset of the newest event, 0 when none is known. */
export function lastOffset(timeline: Timeline): number {
  return timeline.events.at(-1)?.offset ?? 0;
}

export function firstOffset(timeline: Timeline): number {
  return timeline.events[0]?.offset ?? 0;
}

/**
 * Joins events from anywhere (a page, a live publication, an acknowledged send) by offset. The later arrival of the
 * same offset wins: it may carry an edit.
 */
export function mergeEvents(timeline: Timeline, incoming: readonly RoomEvent[]): Timeline {
  if (incoming.length === 0) return timeline;
  const byOffset = new Map<number, RoomEvent>();
  for (const event of timeline.events) byOffset.set(event.offset, event);
  for (const event of incoming) byOffset.set(event.offset, event);
  const events = [...byOffset.values()].sort((left, right) => left.offset - right.offset);
  return { ...timeline, events };
}

/** Adds the page before the oldest known event; a short page means the beginning was reached. */
export function mergeOlderPage(timeline: Timeline, page: readonly RoomEvent[], limit: number): Timeline {
  const merged = mergeEvents(timeline, page);
  return { ...merged, complete: merged.complete || page.length < limit || firstOffset(merged) === 1 };
}

/** Keeps the newest `keep` events, so that a long-open room stays light; older ones can be read again. */
export function trimOldest(timeline: Timeline, keep: number): Timeline {
  if (timeline.events.length <= keep) return timeline;
  return { events: timeline.events.slice(-keep), complete: false };
}
