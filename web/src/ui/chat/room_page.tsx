import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../api/problem';
import { texts } from '../../i18n';
import { errorText } from '../../i18n/error_text';
import { mayWrite } from '../../model/permissions';
import { hrefOf } from '../../router';
import type { Workspace } from '../../state/workspace';
import { Composer } from './composer';
import { MessageList } from './message_list';
import { RoomHead } from './room_head';
import { VisitorBar } from './visitor_bar';

/** Opens the room for as long as its page is shown. */
function useOpenRoom(workspace: Workspace, roomId: number): { error: unknown; open: () => void } {
  const [error, setError] = useState<unknown>(null);
  const open = (): void => {
    setError(null);
    workspace.openRoom(roomId).catch(setError);
  };
  useEffect(() => {
    open();
    return () => workspace.closeRoom(roomId);
    // The page is made anew for each room.
  }, []);
  return { error, open };
}

export function RoomPage({ roomId, workspace }: { roomId: number; workspace: Workspace }) {
  const t = texts.value;
  const { error, open } = useOpenRoom(workspace, roomId);
  const room = workspace.rooms.value.find((candidate) => candidate.id === roomId);
  if (room === undefined) {
    if (error === null) return <p class="empty" role="status">{t.loading}</p>;
    const gone = error instanceof ApiError && (error.status === 404 || error.status === 403);
    return (
      <div class="empty">
        <p role="alert">{gone ? t.roomGone : errorText(error, t)}</p>
        {gone ? (
          <a href={hrefOf({ name: 'rooms' })}>{t.toRooms}</a>
        ) : (
          <button type="button" class="button" onClick={open}>
            {t.retry}
          </button>
        )}
      </div>
    );
  }
  const conversation = workspace.conversation(roomId);
  return (
    <div class="room">
      <RoomHead room={room} workspace={workspace} />
      <MessageList room={room} conversation={conversation} workspace={workspace} />
      {room.my_role === null && <VisitorBar room={room} workspace={workspace} />}
      {mayWrite(room, workspace.me.role) && <Composer room={room} conversation={conversation} />}
    </div>
  );
}
