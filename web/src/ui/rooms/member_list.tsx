import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Author, Member, Room } from '../../api/types';
import { texts } from '../../i18n';
import type { Dictionary } from '../../i18n/en';
import type { Workspace } from '../../state/workspace';
import { Avatar } from '../avatar';
import { ConfirmDialog } from '../confirm_dialog';
import { FormError } from '../form_error';
import { Icon } from '../icon';
import { AddMemberForm } from './add_member_form';

export interface MemberListProps {
  room: Room;
  workspace: Workspace;
  present: ReadonlySet<number>;
  manages: boolean;
}

function roleText(member: Member, t: Dictionary): string {
  if (member.role === 'owner') return t.owner;
  return member.role === 'admin' ? t.admin : '';
}

export function MemberList({ room, workspace, present, manages }: MemberListProps) {
  const t = texts.value;
  const [members, setMembers] = useState<Member[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [removing, setRemoving] = useState<Author | null>(null);
  const load = useCallback(async (): Promise<void> => {
    try {
      setMembers(await workspace.api.members(room.id));
      setError(null);
    } catch (failure) {
      setError(failure);
    }
  }, [workspace, room.id]);
  useEffect(() => {
    void load();
  }, [load, room.member_count]);

  return (
    <section class="members">
      <h3>{t.memberCount(room.member_count)}</h3>
      {manages && <AddMemberForm roomId={room.id} workspace={workspace} onAdded={load} />}
      <FormError error={error} />
      <ul>
        {members.map((member) => (
          <li key={member.id} class="member">
            <Avatar id={member.id} name={member.username} />
            <span class="member-name">
              {member.username}
              {member.id === workspace.me.id && <span class="quiet"> ({t.you})</span>}
            </span>
            <span class="quiet">{roleText(member, t)}</span>
            {present.has(member.id) && (
              <span class="presence" title={t.here}>
                <span class="hidden">{t.here}</span>
              </span>
            )}
            {manages && member.role !== 'owner' && member.id !== workspace.me.id && (
              <button
                type="button"
                class="icon-button"
                aria-label={t.removeName(member.username)}
                onClick={() => setRemoving(member)}
              >
                <Icon name="close" size={16} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {removing !== null && (
        <ConfirmDialog
          question={t.removeMemberQuestion(removing.username)}
          action={t.remove}
          onConfirm={async () => {
            await workspace.api.removeMember(room.id, removing.id);
            await load();
          }}
          onClose={() => setRemoving(null)}
        />
      )}
    </section>
  );
}
