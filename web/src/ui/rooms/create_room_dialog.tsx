import { useRef, useState } from 'preact/hooks';
import type { NewRoom } from '../../api/api';
import { Attempt } from '../../api/attempt';
import { fieldProblem, refusedIndexes } from '../../api/problem';
import { texts } from '../../i18n';
import { addNames, splitNames } from '../../model/members';
import { goTo } from '../../router';
import type { Workspace } from '../../state/workspace';
import { Choice } from '../choice';
import { Dialog } from '../dialog';
import { Field } from '../field';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';
import { MemberInput } from './member_input';

const maxName = 80;

export function CreateRoomDialog({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const t = texts.value;
  const [name, setName] = useState('');
  const [names, setNames] = useState<string[]>([]);
  const [typed, setTyped] = useState('');
  const [kind, setKind] = useState<'group' | 'public'>('group');
  const [guestsWrite, setGuestsWrite] = useState(false);
  const { busy, error, submit, clear } = useSubmit();
  const attempt = useRef(new Attempt());
  const refused = refusedIndexes(error, '/members');

  const create = async (): Promise<void> => {
    const members = addNames(names, splitNames(typed));
    setNames(members);
    setTyped('');
    const room: NewRoom = { name: name.trim(), members, kind };
    if (kind === 'public' && guestsWrite) room.guests_may_write = true;
    const created = await workspace.api.createRoom(room, attempt.current.keyFor(room));
    attempt.current.settle();
    workspace.putRoom(created);
    goTo({ name: 'room', id: created.id });
    onClose();
  };

  return (
    <Dialog title={t.newRoom} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(create);
        }}
      >
        <Field
          label={t.roomName}
          value={name}
          onValue={setName}
          error={fieldProblem(error, '/name')?.detail}
          maxLength={maxName}
          autoComplete="off"
          required
          autoFocus
        />
        <MemberInput
          api={workspace.api}
          label={t.members}
          names={names}
          onNames={(next) => {
            setNames(next);
            clear();
          }}
          refused={refused}
          typed={typed}
          onTyped={setTyped}
        />
        <Choice
          label={t.whoCanRead}
          value={kind}
          options={[
            { id: 'group', name: t.kindGroup },
            { id: 'public', name: t.kindPublic },
          ]}
          onChoose={setKind}
        />
        {kind === 'public' && (
          <label class="check">
            <input
              type="checkbox"
              checked={guestsWrite}
              onChange={(event) => setGuestsWrite(event.currentTarget.checked)}
            />
            {t.guestsMayWrite}
          </label>
        )}
        {refused.size > 0 ? (
          <p class="form-error" role="alert">
            {t.unknownMembers}
          </p>
        ) : (
          <FormError error={fieldProblem(error, '/name') === undefined ? error : null} />
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" class="button button-primary" disabled={busy}>
            {t.createRoom}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
