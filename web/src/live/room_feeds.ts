import type { Subscription } from 'centrifuge';
import type { RoomEvent } from '../api/types';
import type { Connection } from './connection';
import { decodeEvent } from './decode';

export interface FeedHandlers {
  onEvent: (roomId: number, event: RoomEvent) => void;
  /**
   * A subscription is up. `resumed` is true when every event since the last one seen follows by itself; otherwise
   * `head` is the newest offset of the room and what lies before it has to be read.
   */
  onSubscribed: (roomId: number, resumed: boolean, head: number) => void;
  /** The server ended the subscription for good: removed from the room, or not allowed in. */
  onEnded: (roomId: number, code: number) => void;
}

/** Rooms followed at once besides open ones; the server bounds the channels of a connection. */
const maxFollowed = 60;

/** Live subscriptions to rooms: the most recently active ones of the list, and whatever is open. */
export class RoomFeeds {
  readonly #connection: Connection;
  readonly #handlers: FeedHandlers;
  readonly #feeds = new Map<number, Subscription>();
  readonly #pinned = new Set<number>();

  constructor(connection: Connection, handlers: FeedHandlers) {
    this.#connection = connection;
    this.#handlers = handlers;
  }

  /** Follows the first of `roomIds` (most recently active first) and lets go of the rest. */
  follow(roomIds: readonly number[]): void {
    const wanted = new Set([...this.#pinned, ...roomIds.slice(0, maxFollowed)]);
    for (const id of [...this.#feeds.keys()]) {
      if (!wanted.has(id)) this.drop(id);
    }
    for (const id of wanted) this.#start(id);
  }

  /** Keeps a room followed while it is open, wherever it stands in the list. */
  pin(roomId: number): void {
    this.#pinned.add(roomId);
    this.#start(roomId);
  }

  unpin(roomId: number): void {
    this.#pinned.delete(roomId);
  }

  isSubscribed(roomId: number): boolean {
    return this.#feeds.get(roomId)?.state === 'subscribed';
  }

  /** Ids of the users who are in the room now. */
  async presence(roomId: number): Promise<Set<number>> {
    const feed = this.#feeds.get(roomId);
    if (feed === undefined || feed.state !== 'subscribed') return new Set();
    const { clients } = await feed.presence();
    return new Set(Object.values(clients).map((client) => Number(client.user)));
  }

  drop(roomId: number): void {
    this.#pinned.delete(roomId);
    const feed = this.#feeds.get(roomId);
    if (feed === undefined) return;
    this.#feeds.delete(roomId);
    this.#connection.drop(feed);
  }

  #start(roomId: number): void {
    if (this.#feeds.has(roomId)) return;
    const feed = this.#connection.subscription(`room:${roomId}`);
    this.#feeds.set(roomId, feed);
    feed.on('publication', (context) => {
      const event = decodeEvent(context.data as unknown, context.offset);
      if (event !== null) this.#handlers.onEvent(roomId, event);
    });
    feed.on('subscribed', (context) => {
      const resumed = context.wasRecovering && context.recovered;
      this.#handlers.onSubscribed(roomId, resumed, context.streamPosition?.offset ?? 0);
    });
    feed.on('unsubscribed', (context) => {
      this.drop(roomId);
      this.#handlers.onEnded(roomId, context.code);
    });
    feed.subscribe();
  }
}
