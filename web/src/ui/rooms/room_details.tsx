import { useState } from 'preact/hooks';
import type { Room } from '../../api/types';
import { texts } from '../../i18n';
import type { Workspace } from '../../state/workspace';
import { ConfirmDialog } from '../confirm_dialog';
import { Dialog } from '../dialog';
import { MemberList } from './member_list';
import { RenameForm } from './rename_form';

export interface RoomDetailsProps {
  room: Room;
  workspace: Workspace;
  present: ReadonlySet<number>;
  onClose: () => void;
}

/** Name and members of a room, and the ways out of it. */
export function RoomDetails({ room, workspace, present, onClose }: RoomDetailsProps) {
  const t = texts.value;
  const [asking, setAsking] = useState<'leave' | 'delete' | null>(null);
  const manages = room.my_role === 'owner' || room.my_role === 'admin';
  const { api, me } = workspace;
  const leave = (): Promise<void> => workspace.giveUpRoom(room.id, () => api.removeMember(room.id, me.id));
  const remove = (): Promise<void> => workspace.giveUpRoom(room.id, () => api.deleteRoom(room.id));
  return (
    <Dialog title={t.roomDetails} shape="sheet" onClose={onClose}>
      {manages ? <RenameForm room={room} workspace={workspace} /> : <p class="sheet-name">{room.name}</p>}
      <MemberList room={room} workspace={workspace} present={present} manages={manages} />
      <div class="sheet-foot">
        {room.my_role !== null && room.my_role !== 'owner' && (
          <button type="button" class="button" onClick={() => setAsking('leave')}>
            {t.leaveRoom}
          </button>
        )}
        {room.my_role === 'owner' && (
          <button type="button" class="button button-danger-quiet" onClick={() => setAsking('delete')}>
            {t.deleteRoom}
          </button>
        )}
      </div>
      {asking !== null && (
        <ConfirmDialog
          question={asking === 'leave' ? t.leaveRoomQuestion(room.name) : t.deleteRoomQuestion(room.name)}
          action={asking === 'leave' ? t.leaveRoom : t.deleteRoom}
          onConfirm={asking === 'leave' ? leave : remove}
          onClose={() => setAsking(null)}
        />
      )}
    </Dialog>
  );
}
