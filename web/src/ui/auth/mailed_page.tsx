import type { ComponentChildren } from 'preact';
import { texts } from '../../i18n';
import { hrefOf } from '../../router';
import { Brand } from '../brand';
import { LanguageChoice } from '../language_choice';
import { ThemeChoice } from '../theme_choice';

/** A page about a mailed link; it works whether or not somebody is signed in. */
export function MailedPage({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="auth">
      <div class="auth-card">
        <header class="auth-head">
          <Brand />
        </header>
        <h1>{title}</h1>
        {children}
        <p class="auth-switch">
          <a href={hrefOf({ name: 'sign_in' })}>{texts.value.toSignIn}</a>
        </p>
      </div>
      <footer class="auth-foot">
        <LanguageChoice hideLabel />
        <ThemeChoice hideLabel />
      </footer>
    </main>
  );
}
