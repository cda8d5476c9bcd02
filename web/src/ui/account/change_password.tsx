import { useState } from 'preact/hooks';
import { fieldProblem } from '../../api/problem';
import { texts } from '../../i18n';
import type { Workspace } from '../../state/workspace';
import { NewPasswordField } from '../auth/new_password_field';
import { PasswordField } from '../auth/password_field';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

/** Another password, for whoever knows the present one; all other sessions end. */
export function ChangePassword({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const { busy, error, submit } = useSubmit();
  const wrong = fieldProblem(error, '/current_password') !== undefined ? t.currentPasswordWrong : undefined;
  const refused = fieldProblem(error, '/new_password')?.detail;
  const change = async (): Promise<void> => {
    await workspace.api.changePassword(current, next);
    setCurrent('');
    setNext('');
    workspace.notices.info(texts.value.passwordChanged);
  };
  return (
    <form
      class="card form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(change);
      }}
    >
      <h2>{t.changePassword}</h2>
      <p class="quiet">{t.changePasswordHint}</p>
      <PasswordField
        label={t.currentPassword}
        value={current}
        onValue={setCurrent}
        error={wrong}
        name="current-password"
        autoComplete="current-password"
        required
      />
      <NewPasswordField value={next} onValue={setNext} error={refused} />
      <FormError error={wrong === undefined && refused === undefined ? error : null} />
      <button type="submit" class="button" disabled={busy}>
        {t.changePassword}
      </button>
    </form>
  );
}
