import { effect, signal, untracked } from '@preact/signals';
import { leaveSignIn } from './router';
import { Session } from './session/session';
import { Notices } from './state/notices';
import { Workspace } from './state/workspace';

export const session = new Session();
export const notices = new Notices();
/** The signed-in person's workspace; null while nobody is signed in. */
export const workspace = signal<Workspace | null>(null);

/** Makes a workspace when somebody signs in and closes it when the session ends. */
export function startAppState(): void {
  effect(() => {
    const phase = session.phase.value;
    untracked(() => {
      if (phase === 'signed_in' && session.user.value !== null) {
        workspace.value ??= new Workspace(session, session.user.value, notices);
        leaveSignIn();
      } else if (phase === 'signed_out') {
        workspace.value?.close();
        workspace.value = null;
      }
    });
  });
  effect(() => {
    const count = workspace.value?.unread.value ?? 0;
    document.title = count > 0 ? `(${count}) callboard` : 'callboard';
  });
  void session.start();
}
