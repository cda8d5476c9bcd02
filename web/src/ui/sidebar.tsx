import { useState } from 'preact/hooks';
import { texts } from '../i18n';
import { hrefOf, route, type Route } from '../router';
import type { Workspace } from '../state/workspace';
import { Brand } from './brand';
import { Icon, type IconName } from './icon';
import { CreateRoomDialog } from './rooms/create_room_dialog';
import { RoomList } from './rooms/room_list';

interface NavigationEntry {
  target: Route;
  icon: IconName;
  name: string;
}

function Navigation({ entries }: { entries: NavigationEntry[] }) {
  const current = route.value.name === 'room' ? 'rooms' : route.value.name;
  return (
    <nav class="navigation" aria-label={texts.value.mainNavigation}>
      {entries.map(({ target, icon, name }) => (
        <a key={icon} href={hrefOf(target)} aria-current={current === target.name ? 'page' : undefined}>
          <Icon name={icon} />
          <span>{name}</span>
        </a>
      ))}
    </nav>
  );
}

/** Rooms and the way to the other pages. */
export function Sidebar({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [creating, setCreating] = useState(false);
  const { role } = workspace.me;
  const entries: NavigationEntry[] = [{ target: { name: 'rooms' }, icon: 'chat', name: t.rooms }];
  if (role !== 'guest') entries.push({ target: { name: 'reminders' }, icon: 'bell', name: t.reminders });
  if (role === 'admin') {
    entries.push({ target: { name: 'analytics' }, icon: 'chart', name: t.analytics });
    entries.push({ target: { name: 'users' }, icon: 'people', name: t.users });
    entries.push({ target: { name: 'audit' }, icon: 'shield', name: t.audit });
    entries.push({ target: { name: 'nodes' }, icon: 'nodes', name: t.nodes });
    entries.push({ target: { name: 'mail' }, icon: 'mail', name: t.mail });
  }
  entries.push({ target: { name: 'account' }, icon: 'user', name: t.account });
  return (
    <div class="sidebar">
      <header class="sidebar-head">
        <a class="brand-link" href={hrefOf({ name: 'rooms' })}>
          <Brand />
        </a>
        {role !== 'guest' && (
          <button type="button" class="button button-small button-primary" onClick={() => setCreating(true)}>
            <Icon name="plus" size={16} />
            {t.newRoom}
          </button>
        )}
      </header>
      <RoomList workspace={workspace} />
      <Navigation entries={entries} />
      {creating && <CreateRoomDialog workspace={workspace} onClose={() => setCreating(false)} />}
    </div>
  );
}
