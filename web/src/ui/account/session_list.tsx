import { useCallback, useEffect, useState } from 'preact/hooks';
import type { SessionInfo } from '../../api/types';
import { language, texts } from '../../i18n';
import { formatMoment } from '../../i18n/format';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

/** Where the user is signed in; each session can be ended. */
export function SessionList({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [sessions, setSessions] = useState<SessionInfo[]>([]);
  const { busy, error, submit } = useSubmit();
  const load = useCallback(async (): Promise<void> => setSessions(await workspace.api.sessions()), [workspace]);
  useEffect(() => {
    void submit(load);
  }, [load]);
  const change = (work: () => Promise<void>): Promise<boolean> =>
    submit(async () => {
      await work();
      await load();
    });
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t.sessions}</h2>
        {sessions.length > 1 && (
          <button
            type="button"
            class="button button-small"
            disabled={busy}
            onClick={() => void change(() => workspace.api.endOtherSessions())}
          >
            {t.endOthers}
          </button>
        )}
      </div>
      <p class="quiet">{t.sessionsHint}</p>
      <FormError error={error} />
      <ul class="rows">
        {sessions.map((entry) => {
          const device = entry.device ?? t.unknownDevice;
          return (
            <li key={entry.id} class="row">
              <div class="row-text">
                <p class="row-title">
                  {device}
                  {entry.current && <span class="tag tag-good">{t.thisSession}</span>}
                </p>
                <p class="row-note">
                  {entry.address ?? ''} · {t.lastUsed(formatMoment(entry.last_used_at, language.value))}
                </p>
              </div>
              {!entry.current && (
                <div class="row-actions">
                  <button
                    type="button"
                    class="button button-small"
                    aria-label={t.endSessionOf(device)}
                    disabled={busy}
                    onClick={() => void change(() => workspace.api.endSession(entry.id))}
                  >
                    {t.endSession}
                  </button>
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
