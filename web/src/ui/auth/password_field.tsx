import { useState } from 'preact/hooks';
import { texts } from '../../i18n';
import { Field, type FieldProps } from '../field';
import { Icon } from '../icon';

type PasswordFieldProps = Omit<FieldProps, 'type' | 'trailing' | 'label'> & { label?: string };

/** A password field whose content can be looked at. */
export function PasswordField({ label, ...props }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const t = texts.value;
  const toggle = (
    <button
      type="button"
      class="icon-button field-trailing"
      aria-label={shown ? t.hidePassword : t.showPassword}
      aria-pressed={shown}
      onClick={() => setShown(!shown)}
    >
      <Icon name="eye" size={18} />
    </button>
  );
  return <Field {...props} label={label ?? t.password} type={shown ? 'text' : 'password'} trailing={toggle} />;
}
