import { notices, session, workspace } from '../app_state';
import { texts } from '../i18n';
import { route } from '../router';
import { AuthPage } from './auth/auth_page';
import { ForgotForm } from './auth/forgot_form';
import { MailedPage } from './auth/mailed_page';
import { ResetForm } from './auth/reset_form';
import { VerifyForm } from './auth/verify_form';
import { NoticeStack } from './notice_stack';
import { Shell } from './shell';

function Content() {
  const phase = session.phase.value;
  const current = workspace.value;
  const page = route.value;
  const t = texts.value;
  if (page.name === 'reset') {
    return (
      <MailedPage title={t.newPassword}>
        <ResetForm key={page.token} token={page.token} />
      </MailedPage>
    );
  }
  if (page.name === 'verify') {
    return (
      <MailedPage title={t.confirmEmail}>
        <VerifyForm key={page.token} token={page.token} />
      </MailedPage>
    );
  }
  if (page.name === 'forgot' && phase === 'signed_out') {
    return (
      <MailedPage title={t.forgotPassword}>
        <ForgotForm />
      </MailedPage>
    );
  }
  if (phase === 'signed_in' && current !== null) return <Shell workspace={current} />;
  if (phase === 'signed_out') return <AuthPage />;
  return (
    <main class="splash" aria-busy="true">
      <p role="status">{phase === 'unreachable' ? texts.value.unreachable : texts.value.loading}</p>
    </main>
  );
}

export function App() {
  return (
    <>
      <Content />
      <NoticeStack notices={notices} workspace={workspace.value} />
    </>
  );
}
