import type { Room } from '../../api/types';
import { texts } from '../../i18n';
import { errorText } from '../../i18n/error_text';
import { route } from '../../router';
import type { Workspace } from '../../state/workspace';
import { RoomItem } from './room_item';

export function RoomList({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const rooms = workspace.rooms.value;
  const openId = route.value.name === 'room' ? route.value.id : 0;
  const state = workspace.roomsState.value;
  if (rooms.length === 0 && state !== 'ready') {
    return (
      <div class="room-list room-list-empty">
        {state === 'loading' ? (
          <p role="status">{t.loading}</p>
        ) : (
          <>
            <p role="alert">{errorText(workspace.roomsError.value, t)}</p>
            <button type="button" class="button button-small" onClick={() => void workspace.loadRooms()}>
              {t.retry}
            </button>
          </>
        )}
      </div>
    );
  }
  const own = rooms.filter((room) => room.my_role !== null);
  const visited = rooms.filter((room) => room.my_role === null);
  const offered = workspace.publicRooms.value.filter((room) => !rooms.some((known) => known.id === room.id));
  const items = (list: readonly Room[]) =>
    list.map((room) => <RoomItem key={room.id} room={room} myId={workspace.me.id} open={room.id === openId} />);
  const open = [...visited, ...offered].sort((left, right) => right.id - left.id);
  return (
    <div class="room-list">
      {own.length === 0 ? (
        <div class="room-list-empty">
          <p class="room-list-title">{t.noRooms}</p>
          <p>{workspace.me.role === 'guest' ? t.noRoomsGuest : t.noRoomsHint}</p>
        </div>
      ) : (
        <ul aria-label={t.rooms}>{items(own)}</ul>
      )}
      {open.length > 0 && (
        <>
          <h2 class="room-list-heading">{t.publicRooms}</h2>
          <ul aria-label={t.publicRooms}>{items(open)}</ul>
        </>
      )}
    </div>
  );
}
