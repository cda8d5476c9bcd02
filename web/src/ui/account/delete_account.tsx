import { useState } from 'preact/hooks';
import { session } from '../../app_state';
import { texts } from '../../i18n';
import type { Workspace } from '../../state/workspace';
import { ConfirmDialog } from '../confirm_dialog';

export function DeleteAccount({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [asking, setAsking] = useState(false);
  const remove = async (): Promise<void> => {
    await workspace.api.deleteMe();
    session.end('signed_out');
  };
  return (
    <section class="card row">
      <p class="row-text quiet">{t.deleteAccountHint}</p>
      <button type="button" class="button button-danger-quiet" onClick={() => setAsking(true)}>
        {t.deleteAccount}
      </button>
      {asking && (
        <ConfirmDialog
          question={t.deleteAccountQuestion}
          action={t.deleteAccount}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}
