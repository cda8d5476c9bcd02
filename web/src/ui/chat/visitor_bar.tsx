import type { Room } from '../../api/types';
import { texts } from '../../i18n';
import { mayWrite } from '../../model/permissions';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';

/** For somebody who reads a public room without being a member. */
export function VisitorBar({ room, workspace }: { room: Room; workspace: Workspace }) {
  const t = texts.value;
  const { busy, error, submit } = useSubmit();
  const { role } = workspace.me;
  return (
    <div class="visitor">
      <p class="quiet">{mayWrite(room, role) ? t.visiting : t.readOnly}</p>
      {role !== 'guest' && (
        <button
          type="button"
          class="button button-small button-primary"
          disabled={busy}
          onClick={() => void submit(() => workspace.joinRoom(room.id))}
        >
          {t.joinRoom}
        </button>
      )}
      <FormError error={error} />
    </div>
  );
}
