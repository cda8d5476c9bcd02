import type { JSX } from 'preact';
import { texts } from '../i18n';
import { hrefOf, route, type Route } from '../router';
import type { Workspace } from '../state/workspace';
import { AccountPage } from './account/account_page';
import { AnalyticsPage } from './admin/analytics_page';
import { AuditPage } from './admin/audit_page';
import { MailPage } from './admin/mail_page';
import { NodesPage } from './admin/nodes_page';
import { UsersPage } from './admin/users_page';
import { RoomPage } from './chat/room_page';
import { ConnectionBanner } from './connection_banner';
import { Icon } from './icon';
import { RemindersPage } from './reminders/reminders_page';
import { Sidebar } from './sidebar';

function Page({ current, workspace }: { current: Route; workspace: Workspace }): JSX.Element {
  switch (current.name) {
    case 'room':
      return <RoomPage key={current.id} roomId={current.id} workspace={workspace} />;
    case 'reminders':
      return <RemindersPage workspace={workspace} />;
    case 'account':
      return <AccountPage workspace={workspace} />;
    case 'mail':
      return <MailPage workspace={workspace} />;
    case 'analytics':
      return <AnalyticsPage workspace={workspace} />;
    case 'users':
      return <UsersPage workspace={workspace} />;
    case 'audit':
      return <AuditPage workspace={workspace} />;
    case 'nodes':
      return <NodesPage workspace={workspace} />;
    case 'unknown':
      return (
        <div class="empty">
          <p>{texts.value.notFound}</p>
          <a href={hrefOf({ name: 'rooms' })}>{texts.value.toRooms}</a>
        </div>
      );
    default:
      return (
        <div class="empty">
          <Icon name="chat" size={40} />
          <p>{texts.value.pickRoom}</p>
        </div>
      );
  }
}

/** The frame of a signed-in person: rooms on the left, one page beside them; on a phone one of the two. */
export function Shell({ workspace }: { workspace: Workspace }) {
  const current = route.value;
  const listOnly = current.name === 'rooms' || current.name === 'sign_in' || current.name === 'sign_up';
  return (
    <div class={listOnly ? 'shell shell-list' : 'shell'}>
      <Sidebar workspace={workspace} />
      <main class="stage">
        <ConnectionBanner connection={workspace.connection} />
        <Page current={current} workspace={workspace} />
      </main>
    </div>
  );
}
