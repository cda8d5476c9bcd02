import { useState } from 'preact/hooks';
import { refusedIndexes } from '../../api/problem';
import { texts } from '../../i18n';
import { addNames, splitNames } from '../../model/members';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { useSubmit } from '../use_submit';
import { MemberInput } from './member_input';

export interface AddMemberFormProps {
  roomId: number;
  workspace: Workspace;
  onAdded: () => Promise<void>;
}

export function AddMemberForm({ roomId, workspace, onAdded }: AddMemberFormProps) {
  const t = texts.value;
  const [names, setNames] = useState<string[]>([]);
  const [typed, setTyped] = useState('');
  const { busy, error, submit, clear } = useSubmit();
  const refused = refusedIndexes(error, '/members');
  const add = async (): Promise<void> => {
    const members = addNames(names, splitNames(typed));
    setNames(members);
    setTyped('');
    if (members.length === 0) return;
    await workspace.api.addMembers(roomId, members);
    setNames([]);
    await onAdded();
  };
  return (
    <form
      class="form add-member"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(add);
      }}
    >
      <MemberInput
        api={workspace.api}
        label={t.addMember}
        names={names}
        onNames={(next) => {
          setNames(next);
          clear();
        }}
        refused={refused}
        typed={typed}
        onTyped={setTyped}
      />
      <FormError error={refused.size > 0 ? null : error} />
      {(names.length > 0 || typed.trim() !== '') && (
        <button type="submit" class="button button-small button-primary" disabled={busy}>
          {t.add}
        </button>
      )}
    </form>
  );
}
