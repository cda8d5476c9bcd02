/** A key no two calls share; also works where `crypto.randomUUID` is missing (plain http on a network). */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Idempotency keys of one form: the same content sent again after a failure keeps its key. */
export class Attempt {
  readonly #makeKey: () => string;
  #content = '';
  #key = '';

  constructor(makeKey: () => string = newKey) {
    this.#makeKey = makeKey;
  }

  keyFor(body: unknown): string {
    const content = JSON.stringify(body);
    if (this.#key === '' || content !== this.#content) {
      this.#content = content;
      this.#key = this.#makeKey();
    }
    return this.#key;
  }

  /** The content arrived: sending the same again is a new wish. */
  settle(): void {
    this.#key = '';
  }
}
