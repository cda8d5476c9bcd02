import { useState } from 'preact/hooks';
import { session } from '../../app_state';
import { texts } from '../../i18n';
import { Field } from '../field';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';
import { PasswordField } from './password_field';

export function SignInForm() {
  const t = texts.value;
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const { busy, error, submit } = useSubmit();
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(() => session.signIn(login.trim(), password));
      }}
    >
      <Field
        label={t.login}
        value={login}
        onValue={setLogin}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellcheck={false}
        required
        autoFocus
      />
      <PasswordField value={password} onValue={setPassword} name="password" autoComplete="current-password" required />
      <FormError error={error} />
      <button type="submit" class="button button-primary button-wide" disabled={busy}>
        {t.signIn}
      </button>
    </form>
  );
}
