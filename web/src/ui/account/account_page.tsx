import { session } from '../../app_state';
import { texts } from '../../i18n';
import { errorText } from '../../i18n/error_text';
import type { Workspace } from '../../state/workspace';
import { Avatar } from '../avatar';
import { LanguageChoice } from '../language_choice';
import { Page } from '../page';
import { ThemeChoice } from '../theme_choice';
import { ChangePassword } from './change_password';
import { DeleteAccount } from './delete_account';
import { EmailState } from './email_state';
import { ProfileForm } from './profile_form';
import { SessionList } from './session_list';

export function AccountPage({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const { me } = workspace;
  const signOut = async (): Promise<void> => {
    try {
      await workspace.api.signOut();
      session.end('signed_out');
    } catch (error) {
      workspace.notices.error(errorText(error, texts.value));
    }
  };
  return (
    <Page title={t.account}>
      <section class="card identity">
        <Avatar id={me.id} name={me.username} />
        <div class="row-text">
          <p class="row-title">{me.username}</p>
          <p class="row-note">{me.role === 'guest' ? t.guestAccount : (me.email ?? '')}</p>
        </div>
        <button type="button" class="button" onClick={() => void signOut()}>
          {t.signOut}
        </button>
      </section>
      {me.role !== 'guest' && <EmailState workspace={workspace} />}
      {me.role !== 'guest' && <ProfileForm workspace={workspace} />}
      {me.role !== 'guest' && <ChangePassword workspace={workspace} />}
      <section class="card">
        <h2>{t.appearance}</h2>
        <div class="appearance">
          <ThemeChoice />
          <LanguageChoice />
        </div>
      </section>
      <SessionList workspace={workspace} />
      <DeleteAccount workspace={workspace} />
    </Page>
  );
}
