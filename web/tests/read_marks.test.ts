import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReadMarks } from '../src/state/read_marks';

class Server {
  readonly told: [number, number][] = [];

  markRead(roomId: number, offset: number): Promise<{ unread: number }> {
    this.told.push([roomId, offset]);
    return Promise.resolve({ unread: 0 });
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a burst of marks is told once, with the last one', () => {
  const server = new Server();
  const marks = new ReadMarks(server as never);
  marks.mark(1, 5);
  marks.mark(1, 6);
  vi.advanceTimersByTime(1000);
  expect(server.told).toEqual([[1, 6]]);
});

test('marks that wait are told when the page goes away, and not again', () => {
  const server = new Server();
  const marks = new ReadMarks(server as never);
  marks.mark(1, 5);
  marks.mark(2, 9);
  marks.flush();
  expect(server.told).toEqual([[1, 5], [2, 9]]);
  vi.advanceTimersByTime(1000);
  marks.flush();
  expect(server.told).toHaveLength(2);
});

test('a room that is gone and a session that ended are told nothing more', () => {
  const server = new Server();
  const marks = new ReadMarks(server as never);
  marks.mark(1, 5);
  marks.forget(1);
  marks.mark(2, 5);
  marks.stop();
  marks.flush();
  vi.advanceTimersByTime(1000);
  expect(server.told).toEqual([]);
});
