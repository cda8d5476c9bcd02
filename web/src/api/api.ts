import { ApiError } from './problem';
import { sendRequest, type Method, type RequestOptions } from './transport';
import type {
  Account,
  Analytics,
  AuditEntry,
  CaughtMail,
  Cluster,
  Member,
  MessagePage,
  Page,
  Reminder,
  Role,
  Room,
  RoomKind,
  SessionInfo,
  User,
} from './types';

/** Gives access tokens; `renew` is asked for when the server refused the last one. */
export interface TokenSource {
  accessToken(): Promise<string>;
  renewToken(refused: string): Promise<string>;
}

export interface NewRoom {
  name: string;
  members: string[];
  kind: RoomKind;
  guests_may_write?: boolean;
}

export interface NewReminder {
  text: string;
  due_at?: string;
  /** ISO 8601 duration from now, such as `PT10M`. */
  in?: string;
  timezone?: string;
}

export interface MessageRange {
  before?: number;
  after?: number;
  limit?: number;
}

export interface AccountFilter {
  query?: string;
  role?: Role;
  disabled?: boolean;
  cursor?: string;
}

export interface AuditFilter {
  type?: string;
  user?: number;
  cursor?: string;
}

/** A list's parameters, a page of 50 at a time. */
function queryOf(filter: AccountFilter | AuditFilter): string {
  const query = new URLSearchParams({ limit: '50' });
  for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
  return query.toString();
}

type CallOptions = Pick<RequestOptions, 'idempotencyKey' | 'keepalive'>;

/** Most pages of one list that are read; with 100 items each this covers every bound of the server. */
const maxPages = 20;

/** Calls of the REST interface as the signed-in user. */
export class Api {
  readonly #tokens: TokenSource;
  readonly #reads = new AbortController();

  constructor(tokens: TokenSource) {
    this.#tokens = tokens;
  }

  /** The user is gone: what is still being read is of no use, and would only be refused. Changes run to their end. */
  close(): void {
    this.#reads.abort();
  }

  async #call<Answer>(method: Method, path: string, body?: unknown, more: CallOptions = {}): Promise<Answer> {
    const extra = {
      body,
      ...more,
      ...(method === 'GET' ? { signal: this.#reads.signal } : {}),
    };
    const token = await this.#tokens.accessToken();
    try {
      return await sendRequest<Answer>(method, path, { ...extra, token });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const renewed = await this.#tokens.renewToken(token);
      return sendRequest<Answer>(method, path, { ...extra, token: renewed });
    }
  }

  async #all<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | null | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const query = cursor ? `limit=100&cursor=${encodeURIComponent(cursor)}` : 'limit=100';
      const answer = await this.#call<Page<Item>>('GET', `${path}?${query}`);
      items.push(...answer.items);
      cursor = answer.next_cursor;
      if (!cursor) break;
    }
    return items;
  }

  signOut(): Promise<void> {
    return this.#call('POST', '/auth/logout', {});
  }
  async sessions(): Promise<SessionInfo[]> {
    return (await this.#call<Page<SessionInfo>>('GET', '/auth/sessions')).items; // all of them: the list has no pages
  }
  endSession(id: string): Promise<void> {
    return this.#call('DELETE', `/auth/sessions/${encodeURIComponent(id)}`);
  }
  endOtherSessions(): Promise<void> {
    return this.#call('DELETE', '/auth/sessions');
  }
  updateMe(change: { full_name: string }): Promise<User> {
    return this.#call('PATCH', '/users/me', change);
  }
  changePassword(current: string, next: string): Promise<void> {
    return this.#call('POST', '/auth/password', { current_password: current, new_password: next });
  }
  /** Mails another link that confirms one's address. */
  resendVerification(): Promise<void> {
    return this.#call('POST', '/auth/email/resend', {});
  }
  deleteMe(): Promise<void> {
    return this.#call('DELETE', '/users/me');
  }
  async findUsers(query: string): Promise<User[]> {
    const answer = await this.#call<Page<User>>('GET', `/users?limit=6&query=${encodeURIComponent(query)}`);
    return answer.items;
  }

  rooms(): Promise<Room[]> {
    return this.#all<Room>('/rooms');
  }
  /** Public rooms, a first page of them. */
  async publicRooms(): Promise<Room[]> {
    return (await this.#call<Page<Room>>('GET', '/rooms?kind=public&limit=100')).items;
  }
  room(id: number): Promise<Room> {
    return this.#call('GET', `/rooms/${id}`);
  }
  createRoom(room: NewRoom, idempotencyKey: string): Promise<Room> {
    return this.#call('POST', '/rooms', room, { idempotencyKey });
  }
  renameRoom(id: number, name: string): Promise<Room> {
    return this.#call('PATCH', `/rooms/${id}`, { name });
  }
  deleteRoom(id: number): Promise<void> {
    return this.#call('DELETE', `/rooms/${id}`);
  }
  members(id: number): Promise<Member[]> {
    return this.#all<Member>(`/rooms/${id}/members`);
  }
  addMembers(id: number, members: string[]): Promise<void> {
    return this.#call('POST', `/rooms/${id}/members`, { members });
  }
  removeMember(id: number, userId: number): Promise<void> {
    return this.#call('DELETE', `/rooms/${id}/members/${userId}`);
  }
  messages(id: number, range: MessageRange): Promise<MessagePage> {
    const query = new URLSearchParams({ limit: String(range.limit ?? 50) });
    if (range.before !== undefined) query.set('before', String(range.before));
    if (range.after !== undefined) query.set('after', String(range.after));
    return this.#call('GET', `/rooms/${id}/messages?${query.toString()}`);
  }
  markRead(id: number, offset: number): Promise<void> {
    return this.#call('PUT', `/rooms/${id}/read`, { offset }, { keepalive: true });
  }

  reminders(): Promise<Reminder[]> {
    return this.#all<Reminder>('/reminders');
  }
  createReminder(reminder: NewReminder, idempotencyKey: string): Promise<Reminder> {
    return this.#call('POST', '/reminders', reminder, { idempotencyKey });
  }
  cancelReminder(id: number): Promise<void> {
    return this.#call('DELETE', `/reminders/${id}`);
  }
  snoozeReminder(id: number, duration: string): Promise<Reminder> {
    return this.#call('POST', `/reminders/${id}/snooze`, { in: duration });
  }
  finishReminder(id: number): Promise<Reminder> {
    return this.#call('POST', `/reminders/${id}/done`, {});
  }

  analytics(from: string, to: string): Promise<Analytics> {
    return this.#call('GET', `/admin/analytics?${new URLSearchParams({ from, to }).toString()}`);
  }
  accounts(filter: AccountFilter): Promise<Page<Account>> {
    return this.#call('GET', `/admin/users?${queryOf(filter)}`);
  }
  changeAccount(id: number, change: { role?: 'user' | 'admin'; disabled?: boolean }): Promise<Account> {
    return this.#call('PATCH', `/admin/users/${id}`, change);
  }
  audit(filter: AuditFilter): Promise<Page<AuditEntry>> {
    return this.#call('GET', `/admin/audit?${queryOf(filter)}`);
  }
  cluster(): Promise<Cluster> {
    return this.#call('GET', '/admin/cluster');
  }
  mail(cursor?: string): Promise<Page<CaughtMail>> {
    return this.#call('GET', `/admin/mail?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
  }
}
