import { texts } from '../../i18n';
import type { FieldProps } from '../field';
import { PasswordField } from './password_field';

type NewPasswordFieldProps = Pick<FieldProps, 'value' | 'onValue' | 'error' | 'autoFocus'>;

/** Where somebody who has an account chooses another password. */
export function NewPasswordField(props: NewPasswordFieldProps) {
  const t = texts.value;
  return (
    <PasswordField
      {...props}
      label={t.newPassword}
      hint={t.passwordHint}
      name="new-password"
      autoComplete="new-password"
      minLength={8}
      required
    />
  );
}
