import { expect, test } from 'vitest';
import { Coverage } from '../src/model/coverage';

test('is behind until the newest page was read', () => {
  const coverage = new Coverage();
  expect(coverage.behind).toBe(true);
  coverage.pageRead(10, false, 0);
  expect(coverage.behind).toBe(false);
});

test('a page asked for before the subscription started leaves a hole to read', () => {
  const coverage = new Coverage();
  const { target } = coverage;
  coverage.subscribedAt(12);
  coverage.pageRead(10, false, target);
  expect(coverage.behind).toBe(true);
  expect(coverage.covered).toBe(10);
  coverage.pageRead(12, false, coverage.target);
  expect(coverage.behind).toBe(false);
});

test('a page asked for afterwards covers the start even if it shows less', () => {
  const coverage = new Coverage();
  coverage.subscribedAt(12);
  coverage.pageRead(9, false, coverage.target);
  expect(coverage.behind).toBe(false);
});

test('a full page is not the end', () => {
  const coverage = new Coverage();
  coverage.pageRead(10, false, 0);
  coverage.subscribedAt(200);
  coverage.pageRead(60, true, coverage.target);
  expect(coverage.behind).toBe(true);
  expect(coverage.covered).toBe(60);
});

test('live events count as covered once a new subscription follows an unbroken one', () => {
  const coverage = new Coverage();
  coverage.pageRead(10, false, 0);
  coverage.subscribedAt(10);
  coverage.received(14);
  coverage.subscribedAt(14);
  expect(coverage.behind).toBe(false);
  coverage.subscribedAt(20);
  expect(coverage.covered).toBe(14);
});

test('live events after an open hole do not close it', () => {
  const coverage = new Coverage();
  coverage.pageRead(10, false, 0);
  coverage.subscribedAt(15);
  coverage.received(16);
  coverage.subscribedAt(17);
  expect(coverage.covered).toBe(10);
  expect(coverage.behind).toBe(true);
});

test('a log that ends earlier than known is another log', () => {
  const coverage = new Coverage();
  coverage.pageRead(50, false, 0);
  expect(coverage.subscribedAt(3)).toBe(false);
  expect(coverage.started).toBe(false);
  expect(coverage.behind).toBe(true);
});
