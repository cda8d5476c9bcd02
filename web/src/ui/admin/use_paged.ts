import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Page } from '../../api/types';
import { useSubmit } from '../use_submit';

export interface Paged<Item> {
  /** Null until the first page is there. */
  items: readonly Item[] | null;
  busy: boolean;
  error: unknown;
  /** Loads the next page; null at the end of the list. */
  more: (() => void) | null;
  change: (edit: (items: readonly Item[]) => readonly Item[]) => void;
}

/** A list that is read page by page; another `read` begins it anew. */
export function usePaged<Item>(read: (cursor?: string) => Promise<Page<Item>>): Paged<Item> {
  const [items, setItems] = useState<readonly Item[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const { busy, error, submit } = useSubmit();
  const [failure, setFailure] = useState<unknown>(null);
  const latest = useRef(read);
  const load = useCallback(
    async (from: string | null): Promise<void> => {
      const page = await read(from ?? undefined);
      // Of two lists asked for in a row only the second one counts.
      if (latest.current !== read) return;
      setItems((known) => (from === null ? page.items : [...(known ?? []), ...page.items]));
      setCursor(page.next_cursor ?? null);
      setFailure(null);
    },
    [read],
  );
  useEffect(() => {
    latest.current = read;
    load(null).catch((reason: unknown) => {
      if (latest.current === read) setFailure(reason);
    });
  }, [load, read]);
  return {
    items,
    busy,
    error: error ?? failure,
    more: cursor === null ? null : () => void submit(() => load(cursor)),
    change: (edit) => setItems((known) => (known === null ? known : edit(known))),
  };
}
