import { texts } from '../i18n';
import { errorText } from '../i18n/error_text';

/** The failure of a form as a whole; nothing while there is none. */
export function FormError({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p class="form-error" role="alert">
      {errorText(error, texts.value)}
    </p>
  );
}
