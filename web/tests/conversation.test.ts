import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { MessageRange } from '../src/api/api';
import type { MessagePage, RoomEvent } from '../src/api/types';
import type { LiveStatus } from '../src/live/connection';
import { Conversation, type MessageChannel, type MessageSource } from '../src/state/conversation';
import { message, offsetsOf } from './events';

const me = { id: 1, username: 'ann' };
/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

/** A room's log whose pages are answered when the test says so. */
class Log implements MessageSource {
  readonly events: RoomEvent[] = [];
  readonly #waiting: (() => void)[] = [];
  failing = false;

  append(count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.events.push(message(this.events.length + 1, { user: { id: 2, username: 'bob' } }));
    }
  }

  get head(): number {
    return this.events.length;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  /** The page is what the log holds now; it arrives with `answer`. */
  messages(_room: number, range: MessageRange): Promise<MessagePage> {
    const limit = range.limit ?? 50;
    let items = this.events.slice(-limit);
    if (range.after !== undefined) items = this.events.slice(range.after, range.after + limit);
    if (range.before !== undefined) items = this.events.slice(Math.max(0, range.before - 1 - limit), range.before - 1);
    const failing = this.failing;
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => (failing ? reject(new Error('no network')) : resolve({ items })));
    });
  }

  async answer(): Promise<void> {
    this.#waiting.shift()?.();
    await settle();
  }

  async answerAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.answer();
  }
}

/** Answers sends as told. */
class Channel implements MessageChannel {
  readonly status = signal<LiveStatus>('connected');
  readonly sent: { key: string; text: string }[] = [];
  answer: (data: { key: string; text: string }) => Promise<unknown> = () => new Promise(() => undefined);

  call(_method: string, data: unknown): Promise<unknown> {
    const send = data as { key: string; text: string };
    this.sent.push(send);
    return this.answer(send);
  }
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test('what is written between the first page and the subscription is read', async () => {
  const log = new Log();
  log.append(60);
  const conversation = new Conversation(1, log, new Channel(), me);
  const loaded = conversation.load();
  log.append(3);
  conversation.subscribed(false, log.head);
  log.append(1);
  conversation.receive(log.events.at(-1) as RoomEvent);
  await log.answerAll();
  await loaded;
  expect(offsetsOf(conversation.timeline.value)).toEqual(range(11, 64));
});

test('after a lost page the next subscription catches up', async () => {
  const log = new Log();
  log.append(5);
  const conversation = new Conversation(1, log, new Channel(), me);
  log.failing = true;
  void conversation.load();
  await log.answerAll();
  expect(conversation.error.value).toBeInstanceOf(Error);
  expect(conversation.ready.value).toBe(false);
  log.failing = false;
  conversation.subscribed(true, 0);
  await log.answerAll();
  expect(conversation.error.value).toBeNull();
  expect(offsetsOf(conversation.timeline.value)).toEqual(range(1, 5));
});

test('older pages reach the beginning', async () => {
  const log = new Log();
  log.append(120);
  const conversation = new Conversation(1, log, new Channel(), me);
  void conversation.load();
  await log.answerAll();
  for (let page = 0; page < 5; page += 1) {
    void conversation.loadOlder();
    await log.answerAll();
  }
  expect(offsetsOf(conversation.timeline.value)).toEqual(range(1, 120));
  expect(conversation.timeline.value.complete).toBe(true);
  void conversation.loadOlder();
  expect(log.pending).toBe(0);
});

test('another log in the same room forgets the first', async () => {
  const log = new Log();
  log.append(30);
  const conversation = new Conversation(1, log, new Channel(), me);
  void conversation.load();
  await log.answerAll();
  log.events.splice(0);
  log.append(2);
  conversation.subscribed(false, 2);
  await log.answerAll();
  expect(offsetsOf(conversation.timeline.value)).toEqual([1, 2]);
});

test('an acknowledged send is firm whether the answer or the event comes first, and is shown once', async () => {
  for (const eventFirst of [true, false]) {
    const channel = new Channel();
    let acknowledge: (receipt: unknown) => void = () => undefined;
    channel.answer = () => new Promise((resolve) => (acknowledge = resolve));
    const conversation = new Conversation(1, new Log(), channel, me);
    conversation.send('hello');
    const key = channel.sent[0]?.key ?? '';
    const event = message(4, { key, text: 'hello' });
    const steps = [
      () => conversation.receive(event),
      () => acknowledge({ offset: 4, created_at: event.created_at, duplicate: false }),
    ];
    for (const step of eventFirst ? steps : steps.reverse()) {
      step();
      await settle();
      expect(conversation.outbox.value).toEqual([]);
      expect(offsetsOf(conversation.timeline.value)).toEqual([4]);
    }
  }
});

test('a failed send is retried under its key', async () => {
  const channel = new Channel();
  channel.answer = () => Promise.reject({ code: 1, message: 'timeout' });
  const conversation = new Conversation(1, new Log(), channel, me);
  conversation.send('hello');
  await settle();
  const [failed] = conversation.outbox.value;
  expect(failed).toMatchObject({ state: 'failed', text: 'hello' });
  channel.answer = ({ key }) => Promise.resolve({ offset: 1, created_at: message(1).created_at, key });
  conversation.retry(failed?.key ?? '');
  await settle();
  expect(channel.sent.map((send) => send.key)).toEqual([failed?.key, failed?.key]);
  expect(conversation.outbox.value).toEqual([]);
});

test('the unread mark waits for the first page', async () => {
  const log = new Log();
  log.append(10);
  const conversation = new Conversation(1, log, new Channel(), me);
  conversation.open(3);
  expect(conversation.placed.value).toBe(false);
  void conversation.load();
  await log.answerAll();
  expect(conversation.unreadAfter.value).toBe(7);
  expect(conversation.placed.value).toBe(true);
  conversation.leave();
  expect(conversation.placed.value).toBe(false);
});

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Writes, losses, new subscriptions and late pages in random order; at the end nothing may be missing. */
async function shake(seed: number): Promise<void> {
  const random = randomFrom(seed);
  const log = new Log();
  log.append(random(120));
  const conversation = new Conversation(1, log, new Channel(), me);
  let live = false;
  let delivered = 0;
  const deliver = (): void => {
    for (; live && delivered < log.head; delivered += 1) conversation.receive(log.events[delivered] as RoomEvent);
  };
  const subscribe = (resumed: boolean): void => {
    live = true;
    if (!resumed) delivered = log.head;
    conversation.subscribed(resumed, delivered);
    deliver();
  };
  void conversation.load();
  let subscribedOnce = false;
  for (let step = 0; step < 60; step += 1) {
    const dice = random(10);
    if (dice < 4) log.append(1 + random(dice === 0 ? 70 : 4));
    else if (dice < 6) await log.answer();
    else if (dice < 7) live = false;
    else if (dice < 8) subscribe(subscribedOnce && random(3) > 0);
    else log.failing = random(4) === 0;
    if (dice === 7) subscribedOnce = true;
    deliver();
  }
  log.failing = false;
  subscribe(subscribedOnce);
  await log.answerAll();
  void conversation.reload();
  await log.answerAll();
  const known = offsetsOf(conversation.timeline.value);
  expect(known, `seed ${seed}`).toEqual(log.head === 0 ? [] : range(known[0] ?? 1, log.head));
}

test('no order of pages, losses and subscriptions leaves a hole', async () => {
  const first = Math.floor(Math.random() * 1e9);
  console.log(`seeds from ${first}`);
  for (let seed = first; seed < first + 150; seed += 1) await shake(seed);
}, 60_000);
