import { texts } from '../i18n';
import type { Connection } from '../live/connection';

/** Says that live messages do not flow; a short interruption passes before it appears. */
export function ConnectionBanner({ connection }: { connection: Connection }) {
  const status = connection.status.value;
  const t = texts.value;
  return (
    <div class="banner-place" role="status">
      {status !== 'connected' && (
        <div class={`banner banner-${status}`}>
          <span class="banner-dot" aria-hidden="true" />
          <span>{status === 'offline' ? t.offline : status === 'stopped' ? t.stopped : t.connecting}</span>
          {status === 'stopped' && (
            <button type="button" class="link-button" onClick={() => connection.retry()}>
              {t.reconnect}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
