import { session } from '../../app_state';
import { texts } from '../../i18n';
import { hrefOf, route } from '../../router';
import type { EndReason } from '../../session/session';
import { Brand } from '../brand';
import { LanguageChoice } from '../language_choice';
import { ThemeChoice } from '../theme_choice';
import { GuestForm } from './guest_form';
import { SignInForm } from './sign_in_form';
import { SignUpForm } from './sign_up_form';

function endText(reason: EndReason | null): string | null {
  if (reason === null) return null;
  const t = texts.value;
  const reasons: Record<EndReason, string> = {
    signed_out: t.endedSignedOut,
    revoked: t.endedRevoked,
    evicted: t.endedEvicted,
    reused: t.endedReused,
    deleted: t.endedDeleted,
    password_changed: t.endedPasswordChanged,
    disabled: t.endedDisabled,
    role_changed: t.endedRole,
    expired: t.endedExpired,
  };
  return reasons[reason];
}

export function AuthPage() {
  const t = texts.value;
  const signingUp = route.value.name === 'sign_up';
  const ended = endText(session.endReason.value);
  return (
    <main class="auth">
      <div class="auth-card">
        <header class="auth-head">
          <Brand />
          <p>{t.tagline}</p>
        </header>
        {ended !== null && (
          <p class="auth-ended" role="status">
            {ended}
          </p>
        )}
        <h1>{signingUp ? t.signUp : t.signIn}</h1>
        {signingUp ? <SignUpForm /> : <SignInForm />}
        {!signingUp && (
          <p class="auth-switch">
            <a href={hrefOf({ name: 'forgot' })}>{t.forgotPassword}</a>
          </p>
        )}
        <p class="auth-switch">
          {signingUp ? t.haveAccount : t.newHere}{' '}
          <a href={hrefOf({ name: signingUp ? 'sign_in' : 'sign_up' })}>{signingUp ? t.signIn : t.signUp}</a>
        </p>
        <GuestForm />
      </div>
      <footer class="auth-foot">
        <LanguageChoice hideLabel />
        <ThemeChoice hideLabel />
      </footer>
    </main>
  );
}
