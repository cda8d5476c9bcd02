import { notices, session, workspace } from '../app_state';
import { texts } from '../i18n';
import { AuthPage } from './auth/auth_page';
import { NoticeStack } from './notice_stack';
import { Shell } from './shell';

function Content() {
  const phase = session.phase.value;
  const current = workspace.value;
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
