import type { RoomEvent } from '../api/types';

/** A message on its way: shown at once, turned firm by its event, or failed until it is retried or discarded. */
export interface Draft {
  /** Client key: the server stores one message for it, however often it is sent. */
  readonly key: string;
  readonly text: string;
  readonly createdAt: string;
  readonly state: 'sending' | 'failed';
  /** Why it failed, for the reader. */
  readonly reason?: string;
}

export type Outbox = readonly Draft[];

export function addDraft(outbox: Outbox, key: string, text: string, createdAt: string): Outbox {
  return [...outbox, { key, text, createdAt, state: 'sending' }];
}

export function failDraft(outbox: Outbox, key: string, reason: string): Outbox {
  return outbox.map((draft) => (draft.key === key ? { ...draft, state: 'failed', reason } : draft));
}

/** Sends a failed draft again under its old key. */
export function retryDraft(outbox: Outbox, key: string): Outbox {
  return outbox.map((draft) =>
    draft.key === key ? { key, text: draft.text, createdAt: draft.createdAt, state: 'sending' } : draft,
  );
}

export function removeDraft(outbox: Outbox, key: string): Outbox {
  return outbox.filter((draft) => draft.key !== key);
}

/** Removes the drafts whose events have arrived, also those believed to have failed. Others' keys do not count. */
export function settleDrafts(outbox: Outbox, events: readonly RoomEvent[], authorId: number): Outbox {
  if (outbox.length === 0) return outbox;
  const arrived = new Set(events.filter((event) => event.user.id === authorId).map((event) => event.key));
  const left = outbox.filter((draft) => !arrived.has(draft.key));
  return left.length === outbox.length ? outbox : left;
}
