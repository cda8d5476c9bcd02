import { useCallback, useEffect, useState } from 'preact/hooks';
import type { CaughtMail } from '../../api/types';
import { language, texts } from '../../i18n';
import { formatMoment } from '../../i18n/format';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { Page } from '../page';
import { useSubmit } from '../use_submit';

/** Mail that a server without a relay caught; for administrators. */
export function MailPage({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [mail, setMail] = useState<readonly CaughtMail[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const { busy, error, submit } = useSubmit();
  const load = useCallback(
    async (from: string | null): Promise<void> => {
      const page = await workspace.api.mail(from ?? undefined);
      setMail((known) => (from === null ? page.items : [...(known ?? []), ...page.items]));
      setCursor(page.next_cursor ?? null);
    },
    [workspace],
  );
  useEffect(() => {
    void submit(() => load(null));
  }, [load]);
  return (
    <Page title={t.mail}>
      <p class="quiet">{t.mailHint}</p>
      <FormError error={error} />
      {mail !== null && mail.length === 0 && <p class="empty">{t.noMail}</p>}
      {(mail ?? []).map((item) => (
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
      {cursor !== null && (
        <button type="button" class="button" disabled={busy} onClick={() => void submit(() => load(cursor))}>
          {t.more}
        </button>
      )}
    </Page>
  );
}
