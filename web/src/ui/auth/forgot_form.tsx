import { useState } from 'preact/hooks';
import { forgotPassword } from '../../api/mailed_links';
import { fieldProblem } from '../../api/problem';
import { texts } from '../../i18n';
import { Field } from '../field';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

/** Asks for a link by mail. What it says afterwards is the same whether or not somebody has that address. */
export function ForgotForm() {
  const t = texts.value;
  const [email, setEmail] = useState('');
  const [asked, setAsked] = useState(false);
  const { busy, error, submit } = useSubmit();
  const problem = fieldProblem(error, '/email')?.detail;
  if (asked) {
    return (
      <p class="auth-ended" role="status">
        {t.forgotDone}
      </p>
    );
  }
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(() => forgotPassword(email.trim())).then(setAsked);
      }}
    >
      <p class="quiet">{t.forgotHint}</p>
      <Field
        label={t.email}
        value={email}
        onValue={setEmail}
        error={problem}
        type="email"
        name="email"
        autoComplete="email"
        required
        autoFocus
      />
      <FormError error={problem === undefined ? error : null} />
      <button type="submit" class="button button-primary button-wide" disabled={busy}>
        {t.sendLink}
      </button>
    </form>
  );
}
