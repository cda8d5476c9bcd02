import { session } from '../../app_state';
import { texts } from '../../i18n';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

/** Says that the address is not confirmed yet, and sends another link. */
export function EmailState({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const { busy, error, submit } = useSubmit();
  const user = session.user.value;
  if (user === null || user.email_verified !== false || (user.email ?? '') === '') return null;
  const resend = async (): Promise<void> => {
    await workspace.api.resendVerification();
    workspace.notices.info(texts.value.linkSent);
  };
  return (
    <section class="card">
      <div class="row">
        <div class="row-text">
          <p class="quiet">{t.emailUnconfirmed(user.email ?? '')}</p>
          <FormError error={error} />
        </div>
        <button type="button" class="button" disabled={busy} onClick={() => void submit(resend)}>
          {t.sendLinkAgain}
        </button>
      </div>
    </section>
  );
}
