/** Shapes of the REST interface (docs/protocol.md, section 2.1). Times are RFC 3339 text in UTC. */

export type Role = 'guest' | 'user' | 'admin';

export interface User {
  id: number;
  username: string;
  full_name?: string | null;
  role: Role;
  created_at: string;
  email?: string | null;
  email_verified?: boolean;
}

/** Answer of sign-in and refresh; the refresh token comes as a cookie. */
export interface Credentials {
  access_token: string;
  /** Life of the access token in seconds. */
  expires_in: number;
  session_id: string;
  user: User;
}

export interface SessionInfo {
  id: string;
  device?: string | null;
  address?: string | null;
  created_at: string;
  last_used_at: string;
  current: boolean;
}

export interface Author {
  id: number;
  username: string;
}

/** One entry of a room's log; also the data of a publication on `room:<id>`. */
export interface RoomEvent {
  offset: number;
  type: string;
  user: Author;
  created_at: string;
  text?: string;
  key?: string;
  edited_at?: string;
  deleted?: boolean;
  /** Username of the administrator who spoke for `user`. */
  sent_by?: string;
  /** The person a `member.added` or `member.removed` is about. */
  member?: Author;
  /** The new name in `room.renamed`. */
  name?: string;
}

export type RoomKind = 'group' | 'direct' | 'public';
export type RoomRole = 'owner' | 'admin' | 'member';

export interface Room {
  id: number;
  name: string;
  kind: RoomKind;
  created_by: number;
  created_at: string;
  member_count: number;
  last_offset: number;
  my_role: RoomRole | null;
  guests_may_write?: boolean;
  unread?: number;
  last_message?: RoomEvent | null;
}

export interface Member extends Author {
  role: RoomRole;
}

export interface MessagePage {
  items: RoomEvent[];
  epoch?: string;
}

export interface SendReceipt {
  offset: number;
  created_at: string;
  duplicate?: boolean;
}

export type ReminderState = 'scheduled' | 'firing' | 'delivered' | 'snoozed' | 'cancelled' | 'failed';

export interface Reminder {
  id: number;
  text: string;
  due_at: string;
  next_at?: string | null;
  state: ReminderState;
  fired_count?: number;
  last_fired_at?: string | null;
  created_at: string;
}

/** Publication `reminder.fired` on the personal channel. */
export interface ReminderFired {
  reminder_id: number;
  text: string;
  due_at: string;
  fired_at: string;
  fire_seq: number;
  /** How long after `due_at` it fired, in milliseconds. */
  late_ms: number;
}

export interface CaughtMail {
  id: number | string;
  to: string;
  subject: string;
  body: string;
  created_at: string;
}

/** What is counted of a day, and summed over a range. */
export interface Figures {
  registrations: number;
  guests: number;
  users_deleted: number;
  logins_ok: number;
  logins_failed: number;
  rooms_created: number;
  rooms_deleted: number;
  messages: number;
  reminders_created: number;
  reminders_fired: number;
  /** Of those that fired: more than a second after they were due. */
  reminders_late: number;
  reminders_delivered: number;
  reminders_failed: number;
  notifications_sent: number;
  notifications_failed: number;
}

/** A day of UTC, as `2026-05-01`. */
export interface DayFigures extends Figures {
  day: string;
  active_users: number;
}

export type LoginFailure = 'unknown_user' | 'wrong_password' | 'disabled' | 'locked';

export interface RoomFigures {
  room_id: number;
  /** Null when the room is gone. */
  name: string | null;
  messages: number;
}

export interface Analytics {
  from: string;
  to: string;
  totals: Figures;
  logins_failed_by_reason: Record<LoginFailure, number>;
  /** Every day of the range, in order. */
  days: DayFigures[];
  top_rooms: RoomFigures[];
}

/** An account as an administrator sees it. */
export interface Account {
  id: number;
  username: string;
  full_name: string;
  email: string;
  role: Role;
  disabled: boolean;
  /** Null unless log-ins are refused now. */
  locked_until: string | null;
  created_at: string;
}

/** A system outside that a node uses, with its requests by how they ended. */
export interface Dependency {
  name: string;
  up: boolean;
  ok: number;
  refused: number;
  timeout: number;
  lost: number;
  away: number;
  busy: number;
}

export interface ClusterNode {
  name: string;
  version: string;
  uptime_seconds: number;
  partitions: { id: number; epoch: number }[];
  handovers: { taken: number; lost: number };
  actors: Record<string, number>;
  mailboxes: Record<string, number>;
  connections: { http: number; websocket: number; subscriptions: number; outgoing_bytes: number };
  dependencies: Dependency[];
  outbox: { rows: number; oldest_age_ms: number };
  hasher: { busy: number; waiting: number };
  totals: { messages_committed: number; deliveries: number; events_published: number; reminders_fired: number };
  process: { cpu_seconds: number; resident_bytes: number; open_descriptors: number; most_descriptors: number };
}

export interface Cluster {
  nodes: ClusterNode[];
}

export interface AuditEntry {
  id: number;
  type: string;
  created_at: string;
  actor: Author | null;
  subject: Author | null;
  detail: Record<string, string>;
  address: string;
}

export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}
