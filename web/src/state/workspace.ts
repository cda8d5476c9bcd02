import { computed, effect, signal } from '@preact/signals';
import { Api } from '../api/api';
import { ApiError } from '../api/problem';
import type { Room, RoomEvent, User } from '../api/types';
import { texts } from '../i18n';
import { Connection } from '../live/connection';
import { asFields, decodeReminderFired, roomIdOf } from '../live/decode';
import { RoomFeeds } from '../live/room_feeds';
import { ListChanges } from '../model/list_changes';
import { applyEvent, clearUnread, putRoom, removeRoom, sortRooms, totalUnread } from '../model/room_list';
import { goTo, route } from '../router';
import { toEndReason, type Session } from '../session/session';
import { Conversation } from './conversation';
import type { Notices } from './notices';
import { ReadMarks } from './read_marks';
import { Reminders } from './reminders';

const reloadDelayMs = 300;

/** Everything a signed-in person works with; made at sign-in and closed at sign-out. */
export class Workspace {
  readonly me: User;
  readonly api: Api;
  readonly connection: Connection;
  readonly reminders: Reminders;
  readonly notices: Notices;
  readonly rooms = signal<readonly Room[]>([]);
  /** Public rooms of which one is not a member. */
  readonly publicRooms = signal<readonly Room[]>([]);
  readonly roomsState = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly roomsError = signal<unknown>(null);
  readonly unread = computed(() => totalUnread(this.rooms.value));
  readonly feeds: RoomFeeds;
  /** Why the server is about to close this connection. */
  #revocation: unknown = null;
  readonly #readMarks: ReadMarks;
  readonly #conversations = new Map<number, Conversation>();
  readonly #givenUp = new Set<number>();
  readonly #changes = new ListChanges();
  readonly #stopFollowing: () => void;
  #reloadTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, me: User, notices: Notices) {
    this.me = me;
    this.notices = notices;
    this.api = new Api(session);
    this.reminders = new Reminders(this.api);
    this.#readMarks = new ReadMarks(this.api);
    this.connection = new Connection({
      newToken: (used) => session.renewToken(used),
      onPersonal: (data) => this.#onPersonal(data),
      onConnected: () => this.#reloadSoon(),
      onRevoked: () => session.end(toEndReason(this.#revocation)),
    });
    this.feeds = new RoomFeeds(this.connection, {
      onEvent: (roomId, event) => this.#onEvent(roomId, event),
      onSubscribed: (roomId, resumed, head) => this.#onSubscribed(roomId, resumed, head),
      onEnded: (roomId) => this.#lose(roomId),
    });
    this.#stopFollowing = effect(() => this.feeds.follow(this.rooms.value.map((room) => room.id)));
    document.addEventListener('visibilitychange', this.#onVisible);
    window.addEventListener('pagehide', this.#onHide);
    void this.loadRooms();
    this.connection.open();
  }

  /** Another tab or device may have read meanwhile. */
  readonly #onVisible = (): void => {
    if (!document.hidden) this.#reloadSoon();
  };

  readonly #onHide = (): void => this.#readMarks.flush();

  close(): void {
    window.removeEventListener('pagehide', this.#onHide);
    document.removeEventListener('visibilitychange', this.#onVisible);
    clearTimeout(this.#reloadTimer);
    this.#stopFollowing();
    this.#readMarks.stop();
    this.connection.close();
    this.api.close();
  }

  room(id: number): Room | undefined {
    return this.rooms.value.find((room) => room.id === id);
  }

  async loadRooms(): Promise<void> {
    const asked = this.#changes.ask();
    try {
      const rooms = this.#changes.merge(asked, await this.api.rooms(), this.rooms.value);
      const open = rooms.some((room) => room.id === this.#openRoomId()) ? undefined : this.room(this.#openRoomId());
      // A public room that is open without being a member of it is not in the list of own rooms.
      const kept = open !== undefined && open.my_role === null ? [open] : [];
      // The answer may have been made before the server learned what was read here.
      const read = (room: Room): boolean => this.#readMarks.isRead(room.id, room.last_offset);
      this.rooms.value = sortRooms([...rooms, ...kept].map((room) => (read(room) ? { ...room, unread: 0 } : room)));
      this.roomsState.value = 'ready';
      this.roomsError.value = null;
      void this.#loadPublicRooms();
    } catch (error) {
      this.roomsError.value = error;
      if (this.roomsState.value === 'loading') this.roomsState.value = 'failed';
    }
  }

  async #loadPublicRooms(): Promise<void> {
    try {
      const rooms = await this.api.publicRooms();
      this.publicRooms.value = rooms.filter((room) => room.my_role === null);
    } catch {
      // They are an offer beside one's own rooms; the next reading of the list asks again.
      this.publicRooms.value = [];
    }
  }

  /** Reads the list once for a burst of reasons to. */
  #reloadSoon(): void {
    clearTimeout(this.#reloadTimer);
    this.#reloadTimer = setTimeout(() => void this.loadRooms(), reloadDelayMs);
  }

  /** The conversation of a room, kept until sign-out so that coming back is instant. */
  conversation(roomId: number): Conversation {
    let conversation = this.#conversations.get(roomId);
    if (conversation === undefined) {
      conversation = new Conversation(roomId, this.api, this.connection, this.me);
      this.#conversations.set(roomId, conversation);
    }
    return conversation;
  }

  /** Follows and loads a room that was opened; also one that is not in the list. */
  async openRoom(roomId: number): Promise<void> {
    const conversation = this.conversation(roomId);
    if (this.room(roomId) === undefined) await this.readRoom(roomId);
    conversation.open(this.room(roomId)?.unread ?? 0);
    this.feeds.pin(roomId);
    await conversation.load();
  }

  closeRoom(roomId: number): void {
    this.feeds.unpin(roomId);
    this.#conversations.get(roomId)?.leave();
  }

  async readRoom(roomId: number): Promise<void> {
    this.putRoom(await this.api.room(roomId));
  }

  putRoom(room: Room): void {
    this.#changes.put(room.id);
    this.rooms.value = putRoom(this.rooms.value, room);
  }

  forgetRoom(roomId: number): void {
    this.#changes.forget(roomId);
    this.feeds.drop(roomId);
    this.#readMarks.forget(roomId);
    this.#conversations.delete(roomId);
    this.rooms.value = removeRoom(this.rooms.value, roomId);
    if (this.#openRoomId() === roomId) goTo({ name: 'rooms' });
  }

  /** Becomes a member of a public room. */
  async joinRoom(roomId: number): Promise<void> {
    await this.api.addMembers(roomId, [this.me.username]);
    await this.readRoom(roomId);
  }

  /** Runs something that makes the user lose a room; that it is lost then is no news. */
  async giveUpRoom(roomId: number, work: () => Promise<void>): Promise<void> {
    this.#givenUp.add(roomId);
    this.#readMarks.forget(roomId);
    try {
      await work();
      this.forgetRoom(roomId);
    } finally {
      this.#givenUp.delete(roomId);
    }
  }

  markRead(roomId: number, offset: number): void {
    // Only members have a read mark.
    if ((this.room(roomId)?.my_role ?? null) === null) return;
    this.#readMarks.mark(roomId, offset);
    this.rooms.value = clearUnread(this.rooms.value, roomId);
  }

  #openRoomId(): number {
    return route.value.name === 'room' ? route.value.id : 0;
  }

  #onEvent(roomId: number, event: RoomEvent): void {
    this.rooms.value = applyEvent(this.rooms.value, roomId, event, this.me.id);
    this.#conversations.get(roomId)?.receive(event);
  }

  #onSubscribed(roomId: number, resumed: boolean, head: number): void {
    this.#conversations.get(roomId)?.subscribed(resumed, head);
    const room = this.room(roomId);
    // Something happened between reading the list and following the room.
    if (!resumed && room !== undefined && head > room.last_offset) this.#reloadSoon();
  }

  #lose(roomId: number): void {
    const room = this.room(roomId);
    if (room === undefined || this.#givenUp.has(roomId)) return;
    this.forgetRoom(roomId);
    this.notices.info(texts.value.removedFromRoom(room.name));
  }

  #onPersonal(data: unknown): void {
    const type = asFields(data)?.['type'];
    if (type === 'reminder.fired') this.#onReminder(data);
    else if (type === 'room.added') void this.#onRoomAdded(roomIdOf(data));
    else if (type === 'room.removed') this.#lose(roomIdOf(data) ?? 0);
    else if (type === 'session.revoked') this.#revocation = asFields(data)?.['reason'];
    else if (type === 'unread') this.#reloadSoon();
  }

  #onReminder(data: unknown): void {
    const fired = decodeReminderFired(data);
    if (fired === null) return;
    this.notices.reminder(fired);
    this.reminders.refresh();
  }

  async #onRoomAdded(roomId: number | null): Promise<void> {
    if (roomId === null || this.room(roomId) !== undefined) return;
    try {
      await this.readRoom(roomId);
    } catch (error) {
      // Added and removed again before it could be read: nothing to show.
      if (!(error instanceof ApiError)) throw error;
      return;
    }
    const room = this.room(roomId);
    if (room !== undefined && room.created_by !== this.me.id) {
      this.notices.info(texts.value.addedToRoom(room.name));
    }
  }
}
