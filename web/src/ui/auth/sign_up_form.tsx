import { useState } from 'preact/hooks';
import { fieldProblem } from '../../api/problem';
import { session } from '../../app_state';
import { texts } from '../../i18n';
import { Field } from '../field';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';
import { PasswordField } from './password_field';

const shownFields = ['/username', '/email', '/full_name', '/password'];

export function SignUpForm() {
  const t = texts.value;
  const [username, setUsername] = useState('');
  const [email, setEmail] = useState('');
  const [fullName, setFullName] = useState('');
  const [password, setPassword] = useState('');
  const { busy, error, submit } = useSubmit();
  const problem = (pointer: string): string | undefined => fieldProblem(error, pointer)?.detail;
  const register = (): Promise<void> =>
    session.signUp({
      username: username.trim(),
      email: email.trim(),
      password,
      ...(fullName.trim() === '' ? {} : { full_name: fullName.trim() }),
    });
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(register);
      }}
    >
      <Field
        label={t.username}
        hint={t.usernameHint}
        error={problem('/username')}
        value={username}
        onValue={setUsername}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellcheck={false}
        minLength={3}
        maxLength={32}
        required
        autoFocus
      />
      <Field
        label={t.email}
        error={problem('/email')}
        value={email}
        onValue={setEmail}
        type="email"
        name="email"
        autoComplete="email"
        required
      />
      <Field
        label={t.fullName}
        aside={t.optional}
        error={problem('/full_name')}
        value={fullName}
        onValue={setFullName}
        name="name"
        autoComplete="name"
      />
      <PasswordField
        hint={t.passwordHint}
        error={problem('/password')}
        value={password}
        onValue={setPassword}
        name="password"
        autoComplete="new-password"
        minLength={8}
        required
      />
      <FormError error={shownFields.some((pointer) => problem(pointer) !== undefined) ? null : error} />
      <button type="submit" class="button button-primary button-wide" disabled={busy}>
        {t.signUp}
      </button>
    </form>
  );
}
