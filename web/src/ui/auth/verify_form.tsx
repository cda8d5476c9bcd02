import { verifyEmail } from '../../api/mailed_links';
import { notices, session } from '../../app_state';
import { texts } from '../../i18n';
import { leaveTo } from '../../router';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

/** Where the link of a mail leads: confirms the address. By a button, since programs that look at mail open links. */
export function VerifyForm({ token }: { token: string }) {
  const t = texts.value;
  const { busy, error, submit } = useSubmit();
  const verify = async (): Promise<void> => {
    await verifyEmail(token);
    leaveTo({ name: 'rooms' });
    notices.info(texts.value.emailConfirmed);
    // It may be another account that is signed in here: the server says whose address is confirmed.
    if (session.user.value !== null) await session.renewToken(await session.accessToken());
  };
  return (
    <div class="form">
      <p class="quiet">{t.confirmHint}</p>
      <FormError error={error} />
      <button
        type="button"
        class="button button-primary button-wide"
        disabled={busy}
        onClick={() => void submit(verify)}
      >
        {t.confirmEmail}
      </button>
    </div>
  );
}
