import { expect, test } from 'vitest';
import { addDraft, failDraft, removeDraft, retryDraft, settleDrafts } from '../src/model/outbox';
import { message } from './events';

const start = addDraft(addDraft([], 'a', 'first', '2026-01-15T10:00:00Z'), 'b', 'second', '2026-01-15T10:00:01Z');

test('drafts keep the order of writing', () => {
  expect(start.map((draft) => draft.text)).toEqual(['first', 'second']);
  expect(start.every((draft) => draft.state === 'sending')).toBe(true);
});

test('a failure is kept with its reason until the retry, which keeps the key', () => {
  const failed = failDraft(start, 'a', 'no connection');
  expect(failed[0]).toMatchObject({ key: 'a', state: 'failed', reason: 'no connection' });
  expect(failed[1]?.state).toBe('sending');
  const retried = retryDraft(failed, 'a');
  expect(retried[0]).toEqual(start[0]);
});

test('the arriving event settles its draft, even one believed to have failed', () => {
  const failed = failDraft(start, 'a', 'timeout');
  const settled = settleDrafts(failed, [message(7, { key: 'a' })], 1);
  expect(settled.map((draft) => draft.key)).toEqual(['b']);
});

test('the same key of somebody else settles nothing', () => {
  const foreign = message(7, { key: 'a', user: { id: 2, username: 'bob' } });
  expect(settleDrafts(start, [foreign], 1)).toBe(start);
});

test('events without a key settle nothing', () => {
  expect(settleDrafts(start, [message(7)], 1)).toBe(start);
});

test('a discarded draft is gone', () => {
  expect(removeDraft(start, 'a').map((draft) => draft.key)).toEqual(['b']);
});
