import { useState } from 'preact/hooks';
import { fieldProblem } from '../../api/problem';
import { session } from '../../app_state';
import { texts } from '../../i18n';
import type { Workspace } from '../../state/workspace';
import { Field } from '../field';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

export function ProfileForm({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const known = session.user.value?.full_name ?? '';
  const [fullName, setFullName] = useState(known);
  const { busy, error, submit } = useSubmit();
  const problem = fieldProblem(error, '/full_name')?.detail;
  const save = async (): Promise<void> => {
    session.user.value = await workspace.api.updateMe({ full_name: fullName.trim() });
    workspace.notices.info(texts.value.saved);
  };
  return (
    <form
      class="card form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(save);
      }}
    >
      <h2>{t.profile}</h2>
      <div class="inline-form">
        <Field label={t.fullName} value={fullName} onValue={setFullName} error={problem} autoComplete="name" />
        <button type="submit" class="button" disabled={busy || fullName.trim() === known}>
          {t.save}
        </button>
      </div>
      <FormError error={problem === undefined ? error : null} />
    </form>
  );
}
