import { useState } from 'preact/hooks';
import { resetPassword } from '../../api/mailed_links';
import { fieldProblem } from '../../api/problem';
import { notices, session } from '../../app_state';
import { texts } from '../../i18n';
import { leaveTo } from '../../router';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';
import { NewPasswordField } from './new_password_field';

/** Where the link of a mail leads: chooses a new password. */
export function ResetForm({ token }: { token: string }) {
  const t = texts.value;
  const [next, setNext] = useState('');
  const { busy, error, submit } = useSubmit();
  const problem = fieldProblem(error, '/new_password')?.detail;
  const reset = async (): Promise<void> => {
    await resetPassword(token, next);
    // The server has ended every session, that of this browser too.
    session.end(null);
    leaveTo({ name: 'sign_in' });
    notices.info(texts.value.passwordChosen);
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(reset);
      }}
    >
      <NewPasswordField value={next} onValue={setNext} error={problem} autoFocus />
      <FormError error={problem === undefined ? error : null} />
      <button type="submit" class="button button-primary button-wide" disabled={busy}>
        {t.choosePassword}
      </button>
    </form>
  );
}
