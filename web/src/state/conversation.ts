import { batch, signal, type ReadonlySignal } from '@preact/signals';
import type { MessageRange } from '../api/api';
import { newKey } from '../api/attempt';
import type { Author, MessagePage, RoomEvent } from '../api/types';
import { errorText } from '../i18n/error_text';
import { texts } from '../i18n';
import type { LiveStatus } from '../live/connection';
import { decodeReceipt } from '../live/decode';
import { addDraft, failDraft, removeDraft, retryDraft, settleDrafts, type Outbox } from '../model/outbox';
import { Coverage } from '../model/coverage';
import { unreadMark } from '../model/layout';
import {
  emptyTimeline,
  firstOffset,
  mergeEvents,
  mergeOlderPage,
  trimOldest,
  type Timeline,
} from '../model/timeline';

/** Where a conversation's pages come from. */
export interface MessageSource {
  messages(roomId: number, range: MessageRange): Promise<MessagePage>;
}

/** What a conversation sends over. */
export interface MessageChannel {
  readonly status: ReadonlySignal<LiveStatus>;
  call(method: string, data: unknown): Promise<unknown>;
}

const pageSize = 50;
const keptEvents = 400;
const maxCatchUpPages = 200;

/**
 * One room's messages: pages read by REST and the live stream, joined by offset.
 *
 * No hole can stay between the two (see Coverage): whenever a subscription starts anew, what lies between the newest
 * page and its start is read, while live events already arrive.
 */
export class Conversation {
  readonly timeline = signal<Timeline>(emptyTimeline);
  readonly outbox = signal<Outbox>([]);
  /** True once the newest page was read. */
  readonly ready = signal(false);
  readonly loadingOlder = signal(false);
  readonly error = signal<unknown>(null);
  /** Last offset read when the room was opened; null when nothing was unread. */
  readonly unreadAfter = signal<number | null>(null);
  /** True while the room is open and its reader stands where reading begins: what is in view then is read. */
  readonly placed = signal(false);
  readonly roomId: number;
  /** What is typed and not sent. */
  typed = '';
  readonly #source: MessageSource;
  readonly #channel: MessageChannel;
  readonly #me: Author;
  #unreadAtOpening: number | null = null;
  readonly #coverage = new Coverage();
  #loading: Promise<void> | null = null;

  constructor(roomId: number, source: MessageSource, channel: MessageChannel, me: Author) {
    this.roomId = roomId;
    this.#source = source;
    this.#channel = channel;
    this.#me = me;
  }

  /** Reads the newest page and whatever lies between it and the live stream. One reading at a time. */
  load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #read(): Promise<void> {
    try {
      for (let pages = 0; this.#coverage.behind && pages < maxCatchUpPages; pages += 1) {
        const { target } = this.#coverage;
        if (this.#coverage.started) await this.#readNewer(target);
        else await this.#readNewest(target);
      }
      this.error.value = null;
    } catch (error) {
      this.error.value = error;
    }
  }

  async #readNewest(target: number): Promise<void> {
    const { items } = await this.#source.messages(this.roomId, { limit: pageSize });
    // The newest page ends at the log's end, however full it is.
    this.#coverage.pageRead(items.at(-1)?.offset ?? 0, false, target);
    batch(() => {
      this.timeline.value = mergeOlderPage(this.timeline.value, items, pageSize);
      this.#settle(items);
      this.ready.value = true;
      this.#place();
    });
  }

  async #readNewer(target: number): Promise<void> {
    const after = this.#coverage.covered;
    const { items } = await this.#source.messages(this.roomId, { after, limit: pageSize });
    this.#coverage.pageRead(items.at(-1)?.offset ?? 0, items.length >= pageSize, target);
    this.#take(items);
  }

  /** The subscription is up; `head` is where it starts, unless it resumed where it had been. */
  subscribed(resumed: boolean, head: number): void {
    if (!resumed && !this.#coverage.subscribedAt(head)) {
      batch(() => {
        this.timeline.value = emptyTimeline;
        this.ready.value = false;
      });
    }
    if (this.#coverage.behind) void this.load();
  }

  receive(event: RoomEvent): void {
    this.#coverage.received(event.offset);
    this.#take([event]);
  }

  #take(events: readonly RoomEvent[]): void {
    batch(() => {
      this.timeline.value = mergeEvents(this.timeline.value, events);
      this.#settle(events);
    });
  }

  #settle(events: readonly RoomEvent[]): void {
    this.outbox.value = settleDrafts(this.outbox.value, events, this.#me.id);
  }

  async loadOlder(): Promise<void> {
    const { complete } = this.timeline.value;
    if (complete || this.loadingOlder.value || !this.ready.value) return;
    this.loadingOlder.value = true;
    try {
      const before = firstOffset(this.timeline.value);
      const page = await this.#source.messages(this.roomId, { before, limit: pageSize });
      batch(() => {
        this.timeline.value = mergeOlderPage(this.timeline.value, page.items, pageSize);
        this.loadingOlder.value = false;
      });
    } catch (error) {
      this.loadingOlder.value = false;
      this.error.value = error;
    }
  }

  /** Lets go of old events; only while the reader is at the newest ones. */
  trim(): void {
    this.timeline.value = trimOldest(this.timeline.value, keptEvents);
  }

  /**
   * Opens the room for reading, now or once its newest page is there, with the mark of new messages before the last
   * `unread` ones of others.
   */
  open(unread: number): void {
    this.#unreadAtOpening = unread;
    this.#place();
  }

  #place(): void {
    if (!this.ready.value || this.#unreadAtOpening === null) return;
    this.unreadAfter.value = unreadMark(this.timeline.value.events, this.#unreadAtOpening, this.#me.id);
    this.placed.value = true;
    this.#unreadAtOpening = null;
  }

  /** The room's page was left. */
  leave(): void {
    this.#unreadAtOpening = null;
    batch(() => {
      this.placed.value = false;
      this.unreadAfter.value = null;
      this.timeline.value = trimOldest(this.timeline.value, keptEvents);
    });
  }

  /** After a failure: reads on where it stopped. */
  async reload(): Promise<void> {
    this.error.value = null;
    if (this.#coverage.behind) await this.load();
    else await this.loadOlder();
  }

  send(text: string): void {
    const key = newKey();
    this.outbox.value = addDraft(this.outbox.value, key, text, new Date().toISOString());
    void this.#deliver(key, text);
  }

  retry(key: string): void {
    const draft = this.outbox.value.find((candidate) => candidate.key === key);
    if (draft === undefined || draft.state !== 'failed') return;
    this.outbox.value = retryDraft(this.outbox.value, key);
    void this.#deliver(key, draft.text);
  }

  discard(key: string): void {
    this.outbox.value = removeDraft(this.outbox.value, key);
  }

  async #deliver(key: string, text: string): Promise<void> {
    try {
      const answer = await this.#channel.call('message.send', { room_id: this.roomId, text, key });
      const receipt = decodeReceipt(answer);
      if (receipt === null) throw new Error(texts.value.errorBusy);
      this.#confirm(key, text, receipt.offset, receipt.created_at);
    } catch (error) {
      const connected = this.#channel.status.peek() === 'connected';
      const reason = connected ? errorText(error, texts.value) : texts.value.errorDisconnected;
      this.outbox.value = failDraft(this.outbox.value, key, reason);
    }
  }

  /** The answer may come before the event itself: then the event is known from the answer. */
  #confirm(key: string, text: string, offset: number, createdAt: string): void {
    const known = this.timeline.value.events.some((event) => event.offset === offset);
    if (known) {
      this.discard(key);
      return;
    }
    const user = { id: this.#me.id, username: this.#me.username };
    this.#take([{ offset, type: 'message', user, created_at: createdAt, text, key }]);
  }
}
