import { expect, test } from 'vitest';
import type { ClusterNode } from '../src/api/types';
import { formatBytes } from '../src/i18n/format';
import { epochRanges, ratesBetween } from '../src/model/cluster';

function node(name: string, uptime: number, messages: number, cpu = 0): ClusterNode {
  return {
    name,
    version: '1',
    uptime_seconds: uptime,
    partitions: [],
    handovers: { taken: 0, lost: 0 },
    actors: {},
    mailboxes: {},
    connections: { http: 0, websocket: 0, subscriptions: 0, outgoing_bytes: 0 },
    dependencies: [],
    outbox: { rows: 0, oldest_age_ms: 0 },
    hasher: { busy: 0, waiting: 0 },
    totals: { messages_committed: messages, deliveries: 2 * messages, events_published: 0, reminders_fired: 0 },
    process: { cpu_seconds: cpu, resident_bytes: 0, open_descriptors: 0, most_descriptors: 0 },
  };
}

test('rates are the rise of each node in a second', () => {
  const before = { at: 1000, cluster: { nodes: [node('a', 10, 100, 1)] } };
  const after = { at: 3000, cluster: { nodes: [node('a', 12, 140, 2)] } };
  expect(ratesBetween(before, after)).toEqual({ a: { messages: 20, deliveries: 40, processor: 0.5 } });
});

test('a node that is new or began anew has no rates yet', () => {
  const before = { at: 1000, cluster: { nodes: [node('a', 10, 100)] } };
  const after = { at: 3000, cluster: { nodes: [node('a', 1, 5), node('b', 50, 5)] } };
  expect(ratesBetween(before, after)).toEqual({});
  expect(ratesBetween(after, after)).toEqual({});
});

test('epochs are told as one, or as the least and the most', () => {
  expect(epochRanges([{ epoch: 3 }, { epoch: 3 }])).toBe('3');
  expect(epochRanges([{ epoch: 4 }, { epoch: 3 }])).toBe('3–4');
});

test('sizes have a unit that fits, in both languages', () => {
  expect(formatBytes(0, 'en')).toBe('0 byte');
  expect(formatBytes(999, 'en')).toBe('999 byte');
  expect(formatBytes(12_340_000, 'en')).toBe('12.3 MB');
  expect(formatBytes(512_000_000, 'ru')).toMatch(/^512\sМБ$/);
});
