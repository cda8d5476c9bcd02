import type { Room } from '../api/types';

/**
 * What changed in the list of rooms while it was being read: an answer of the server tells how things stood when it was
 * made, so a room that came or went after the question is not in it, or still is.
 */
export class ListChanges {
  /** Counts questions and changes. */
  #moment = 0;
  readonly #putAt = new Map<number, number>();
  readonly #forgottenAt = new Map<number, number>();

  /** A reading begins; the moment is for `merge`. */
  ask(): number {
    this.#moment += 1;
    return this.#moment;
  }

  put(roomId: number): void {
    this.#putAt.set(roomId, this.ask());
  }

  forget(roomId: number): void {
    this.#forgottenAt.set(roomId, this.ask());
  }

  /** The answer to a question together with what came and without what went since then; in no order. */
  merge(asked: number, answer: readonly Room[], current: readonly Room[]): Room[] {
    const listed = answer.filter((room) => (this.#forgottenAt.get(room.id) ?? 0) < asked);
    const known = new Set(listed.map((room) => room.id));
    return [...listed, ...current.filter((room) => (this.#putAt.get(room.id) ?? 0) > asked && !known.has(room.id))];
  }
}
