import { expect, test } from 'vitest';
import type { Room } from '../src/api/types';
import { ListChanges } from '../src/model/list_changes';
import { room } from './events';

function ids(rooms: readonly Room[]): number[] {
  return rooms.map((entry) => entry.id).sort((left, right) => left - right);
}

test('a room made while the list was being read stays', () => {
  const changes = new ListChanges();
  const asked = changes.ask();
  changes.put(3);
  expect(ids(changes.merge(asked, [room(1)], [room(3)]))).toEqual([1, 3]);
});

test('a room that the next answer leaves out is gone', () => {
  const changes = new ListChanges();
  changes.put(3);
  const asked = changes.ask();
  expect(ids(changes.merge(asked, [room(1)], [room(1), room(3)]))).toEqual([1]);
});

test('a room lost while the list was being read does not come back', () => {
  const changes = new ListChanges();
  const asked = changes.ask();
  changes.forget(1);
  expect(ids(changes.merge(asked, [room(1), room(2)], [room(2)]))).toEqual([2]);
});

test('a room lost and got again while the list was being read stays, once', () => {
  const changes = new ListChanges();
  const asked = changes.ask();
  changes.forget(1);
  changes.put(1);
  expect(ids(changes.merge(asked, [room(1)], [room(1)]))).toEqual([1]);
});

test('of a room both know, the answer tells', () => {
  const changes = new ListChanges();
  const asked = changes.ask();
  changes.put(1);
  const merged = changes.merge(asked, [room(1, { last_offset: 7 })], [room(1, { last_offset: 5 })]);
  expect(merged.map((entry) => entry.last_offset)).toEqual([7]);
});

test('of two readings under way, each keeps what came after its own question', () => {
  const changes = new ListChanges();
  const first = changes.ask();
  changes.put(5);
  const second = changes.ask();
  expect(ids(changes.merge(second, [room(5)], [room(5)]))).toEqual([5]);
  expect(ids(changes.merge(first, [], [room(5)]))).toEqual([5]);
});
