import { ApiError } from '../api/problem';
import type { Api } from '../api/api';

const delayMs = 400;

/** Tells the server what was read, a moment late and only when it moved on. */
export class ReadMarks {
  readonly #api: Api;
  readonly #read = new Map<number, number>();
  readonly #sent = new Map<number, number>();
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #supported = true;

  constructor(api: Api) {
    this.#api = api;
  }

  /** True if everything up to `offset` was read here, whether the server knows it yet or not. */
  isRead(roomId: number, offset: number): boolean {
    return offset > 0 && offset <= (this.#read.get(roomId) ?? 0);
  }

  mark(roomId: number, offset: number): void {
    this.#read.set(roomId, Math.max(offset, this.#read.get(roomId) ?? 0));
    if (!this.#supported || offset <= (this.#sent.get(roomId) ?? 0)) return;
    clearTimeout(this.#timers.get(roomId));
    this.#timers.set(
      roomId,
      setTimeout(() => void this.#send(roomId, offset), delayMs),
    );
  }

  /** The room is gone: nothing of it is told any more. */
  forget(roomId: number): void {
    clearTimeout(this.#timers.get(roomId));
    this.#timers.delete(roomId);
    this.#sent.delete(roomId);
    this.#read.delete(roomId);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #send(roomId: number, offset: number): Promise<void> {
    this.#timers.delete(roomId);
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
