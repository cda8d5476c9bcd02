import { useState } from 'preact/hooks';
import type { Room } from '../../api/types';
import { fieldProblem } from '../../api/problem';
import { texts } from '../../i18n';
import type { Workspace } from '../../state/workspace';
import { Field } from '../field';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

export function RenameForm({ room, workspace }: { room: Room; workspace: Workspace }) {
  const t = texts.value;
  const [name, setName] = useState(room.name);
  const { busy, error, submit } = useSubmit();
  const changed = name.trim() !== '' && name.trim() !== room.name;
  const problem = fieldProblem(error, '/name')?.detail;
  const rename = async (): Promise<void> => {
    await workspace.api.renameRoom(room.id, name.trim());
    const known = workspace.room(room.id);
    if (known !== undefined) workspace.putRoom({ ...known, name: name.trim() });
  };
  return (
    <form
      class="form rename"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(rename);
      }}
    >
      <Field label={t.roomName} value={name} onValue={setName} error={problem} maxLength={80} required />
      {changed && (
        <button type="submit" class="button button-small button-primary" disabled={busy}>
          {t.rename}
        </button>
      )}
      <FormError error={problem === undefined ? error : null} />
    </form>
  );
}
