/**
 * Proves that pages and live events of one log leave no hole between them.
 *
 * A subscription that starts at `head` delivers everything after it; pages deliver everything up to `covered`. Nothing
 * is missing while `covered` has reached `head`. Acknowledged sends prove nothing: others may have written before them.
 */
export class Coverage {
  #started = false;
  #covered = 0;
  #live = 0;
  #head = 0;

  /** True until the newest page was read and the live stream joins it. */
  get behind(): boolean {
    return !this.#started || this.#covered < this.#head;
  }

  /** False until the newest page was read. */
  get started(): boolean {
    return this.#started;
  }

  /** Read on after this offset. */
  get covered(): number {
    return this.#covered;
  }

  /** What a page asked for now is sure to reach, if it is not cut by its limit. */
  get target(): number {
    return this.#head;
  }

  /** A live event arrived. */
  received(offset: number): void {
    this.#live = Math.max(this.#live, offset);
  }

  /**
   * A subscription started anew at `head`. Answers false if the log is not the one known so far (the server's store
   * was replaced): then everything known is forgotten.
   */
  subscribedAt(head: number): boolean {
    if (!this.behind) this.#covered = Math.max(this.#covered, this.#live);
    const same = head >= this.#covered;
    if (!same) {
      this.#started = false;
      this.#covered = 0;
    }
    this.#live = 0;
    this.#head = head;
    return same;
  }

  /** A page was read. `full`: it was cut by its limit, so more may follow it; `target` is that of its request. */
  pageRead(end: number, full: boolean, target: number): void {
    this.#started = true;
    this.#covered = Math.max(this.#covered, end, full ? 0 : target);
  }
}
