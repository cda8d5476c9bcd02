import { useCallback } from 'preact/hooks';
import type { CaughtMail } from '../../api/types';
import { language, texts } from '../../i18n';
import { formatMoment } from '../../i18n/format';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { Page } from '../page';
import { usePaged } from './use_paged';

/** Mail that a server without a relay caught; for administrators. */
export function MailPage({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const read = useCallback((cursor?: string) => workspace.api.mail(cursor), [workspace]);
  const { items, busy, error, more } = usePaged<CaughtMail>(read);
  return (
    <Page title={t.mail}>
      <p class="quiet">{t.mailHint}</p>
      <FormError error={error} />
      {items !== null && items.length === 0 && <p class="empty">{t.noMail}</p>}
      {(items ?? []).map((item) => (
        <details key={item.id} class="card mail">
          <summary>
            <span class="row-title">{item.subject}</span>
            <span class="row-note">
              {t.to} {item.to} · {formatMoment(item.created_at, language.value)}
            </span>
          </summary>
          <pre>{item.body}</pre>
        </details>
      ))}
      {more !== null && (
        <button type="button" class="button" disabled={busy} onClick={more}>
          {t.more}
        </button>
      )}
    </Page>
  );
}
