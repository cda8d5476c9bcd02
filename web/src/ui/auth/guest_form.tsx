import { session } from '../../app_state';
import { texts } from '../../i18n';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

export function GuestForm() {
  const t = texts.value;
  const { busy, error, submit } = useSubmit();
  return (
    <div class="guest">
      <p class="guest-or">{t.or}</p>
      <button
        type="button"
        class="button button-wide"
        disabled={busy}
        onClick={() => void submit(() => session.continueAsGuest())}
      >
        {t.continueAsGuest}
      </button>
      <FormError error={error} />
      <p class="field-note">{t.guestHint}</p>
    </div>
  );
}
