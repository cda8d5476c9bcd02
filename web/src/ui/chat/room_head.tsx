import { useEffect, useState } from 'preact/hooks';
import type { Room } from '../../api/types';
import { texts } from '../../i18n';
import { hrefOf } from '../../router';
import type { Workspace } from '../../state/workspace';
import { Icon } from '../icon';
import { RoomDetails } from '../rooms/room_details';

const presenceEveryMs = 15_000;
const nobody: ReadonlySet<number> = new Set();

/** Who is in the room now, asked for while the page is visible. */
function usePresence(workspace: Workspace, roomId: number): ReadonlySet<number> {
  const [present, setPresent] = useState(nobody);
  const status = workspace.connection.status.value;
  const ready = workspace.conversation(roomId).ready.value;
  useEffect(() => {
    let current = true;
    const ask = (): void => {
      if (document.hidden) return;
      workspace.feeds.presence(roomId).then(
        (users) => current && setPresent(users),
        () => current && setPresent(nobody),
      );
    };
    ask();
    const timer = setInterval(ask, presenceEveryMs);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [workspace, roomId, status, ready]);
  return present;
}

export function RoomHead({ room, workspace }: { room: Room; workspace: Workspace }) {
  const t = texts.value;
  const [detailed, setDetailed] = useState(false);
  const present = usePresence(workspace, room.id);
  return (
    <header class="room-head">
      <a class="icon-button only-phone" href={hrefOf({ name: 'rooms' })} aria-label={t.back}>
        <Icon name="back" />
      </a>
      <div class="room-head-text">
        <h1>{room.name}</h1>
        <p>
          {room.kind === 'public' && <span class="tag">{t.publicRoom}</span>}
          {t.memberCount(room.member_count)}
          {present.size > 0 && <span class="room-head-here"> · {t.hereCount(present.size)}</span>}
        </p>
      </div>
      <button type="button" class="icon-button" aria-label={t.roomDetails} onClick={() => setDetailed(true)}>
        <Icon name="people" />
      </button>
      {detailed && (
        <RoomDetails room={room} workspace={workspace} present={present} onClose={() => setDetailed(false)} />
      )}
    </header>
  );
}
