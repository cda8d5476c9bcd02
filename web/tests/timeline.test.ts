import { expect, test } from 'vitest';
import { emptyTimeline, lastOffset, mergeEvents, mergeOlderPage, trimOldest } from '../src/model/timeline';
import { message, offsetsOf } from './events';

test('joins pages and live events in any order without doubles', () => {
  let timeline = mergeEvents(emptyTimeline, [message(5), message(6)]);
  timeline = mergeEvents(timeline, [message(8), message(6)]);
  timeline = mergeEvents(timeline, [message(7)]);
  expect(offsetsOf(timeline)).toEqual([5, 6, 7, 8]);
  expect(lastOffset(timeline)).toBe(8);
});

test('any split of a log into overlapping pieces gives the log', () => {
  const log = Array.from({ length: 40 }, (_, index) => message(index + 1));
  for (let size = 1; size <= 12; size += 1) {
    let timeline = emptyTimeline;
    for (let start = log.length - 1; start > -size; start -= size) {
      timeline = mergeEvents(timeline, log.slice(Math.max(0, start - 2), Math.max(0, start + size)));
    }
    expect(offsetsOf(timeline)).toEqual(log.map((event) => event.offset));
  }
});

test('a later arrival of an offset replaces the earlier one', () => {
  const timeline = mergeEvents(emptyTimeline, [message(1, { text: 'draft' })]);
  expect(mergeEvents(timeline, [message(1, { text: 'edited' })]).events[0]?.text).toBe('edited');
});

test('nothing new keeps the same object', () => {
  const timeline = mergeEvents(emptyTimeline, [message(1)]);
  expect(mergeEvents(timeline, [])).toBe(timeline);
});

test('a short page, or offset 1, reaches the beginning', () => {
  const middle = mergeEvents(emptyTimeline, [message(100)]);
  expect(mergeOlderPage(middle, [message(98), message(99)], 2).complete).toBe(false);
  expect(mergeOlderPage(middle, [message(99)], 2).complete).toBe(true);
  expect(mergeOlderPage(middle, [message(1), message(2)], 2).complete).toBe(true);
});

test('trimming keeps the newest and allows reading the rest again', () => {
  const timeline = mergeOlderPage(emptyTimeline, [message(1), message(2), message(3)], 50);
  const trimmed = trimOldest(timeline, 2);
  expect(offsetsOf(trimmed)).toEqual([2, 3]);
  expect(trimmed.complete).toBe(false);
  expect(trimOldest(timeline, 3)).toBe(timeline);
});
