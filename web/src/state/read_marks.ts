import { ApiError } from '../api/problem';
import type { Api } from '../api/api';

const delayMs = 400;

/** Tells the server what was read, a moment late and only when it moved on. */
export class ReadMarks {
  readonly #api: Pick<Api, 'markRead'>;
  readonly #read = new Map<number, number>();
  readonly #sent = new Map<number, number>();
  readonly #waiting = new Map<number, { offset: number; timer: ReturnType<typeof setTimeout> }>();
  #supported = true;

  constructor(api: Pick<Api, 'markRead'>) {
    this.#api = api;
  }

  /** True if everything up to `offset` was read here, whether the server knows it yet or not. */
  isRead(roomId: number, offset: number): boolean {
    return offset > 0 && offset <= (this.#read.get(roomId) ?? 0);
  }

  mark(roomId: number, offset: number): void {
    this.#read.set(roomId, Math.max(offset, this.#read.get(roomId) ?? 0));
    if (!this.#supported || offset <= (this.#sent.get(roomId) ?? 0)) return;
    this.#unschedule(roomId);
    this.#waiting.set(roomId, { offset, timer: setTimeout(() => void this.#send(roomId, offset), delayMs) });
  }

  /** Tells what waits at once: the page may be about to go away. */
  flush(): void {
    for (const [roomId, { offset, timer }] of this.#waiting) {
      clearTimeout(timer);
      void this.#send(roomId, offset);
    }
  }

  /** The room is gone: nothing of it is told any more. */
  forget(roomId: number): void {
    this.#unschedule(roomId);
    this.#sent.delete(roomId);
    this.#read.delete(roomId);
  }

  stop(): void {
    for (const roomId of [...this.#waiting.keys()]) this.#unschedule(roomId);
  }

  #unschedule(roomId: number): void {
    clearTimeout(this.#waiting.get(roomId)?.timer);
    this.#waiting.delete(roomId);
  }

  async #send(roomId: number, offset: number): Promise<void> {
    this.#waiting.delete(roomId);
    const before = this.#sent.get(roomId) ?? 0;
    this.#sent.set(roomId, offset);
    try {
      await this.#api.markRead(roomId, offset);
    } catch (error) {
      this.#sent.set(roomId, before);
      // A server without read marks says so; asking again would change nothing.
      if (error instanceof ApiError && error.status === 501) this.#supported = false;
    }
  }
}
