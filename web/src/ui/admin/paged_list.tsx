import type { ComponentChildren } from 'preact';
import { texts } from '../../i18n';
import { FormError } from '../form_error';
import type { Paged } from './use_paged';

interface PagedListProps<Item> {
  list: Paged<Item>;
  label: string;
  /** What is said of a list without items. */
  empty: string;
  row: (item: Item) => ComponentChildren;
}

/** The rows of a list that is read page by page, what there is to say before and instead of them, and a button for more. */
export function PagedList<Item>({ list, label, empty, row }: PagedListProps<Item>) {
  const t = texts.value;
  const { items, busy, error, more } = list;
  return (
    <>
      <FormError error={error} />
      {items === null && error === null && <p role="status">{t.loading}</p>}
      {items !== null && items.length === 0 && <p class="empty">{empty}</p>}
      {items !== null && items.length > 0 && (
        <section class="card">
          <ul class="rows" aria-label={label}>
            {items.map(row)}
          </ul>
        </section>
      )}
      {more !== null && (
        <button type="button" class="button" disabled={busy} onClick={more}>
          {t.more}
        </button>
      )}
    </>
  );
}
