import { signal } from '@preact/signals';
import type { ReminderFired } from '../api/types';

/** A short message over the page. Those about reminders stay until they are answered. */
export type Notice =
  | { id: number; kind: 'info' | 'error'; text: string }
  | { id: number; kind: 'reminder'; fired: ReminderFired };

type Content = { kind: 'info' | 'error'; text: string } | { kind: 'reminder'; fired: ReminderFired };

const shownMs = 6000;
const maxNotices = 5;

export class Notices {
  readonly list = signal<readonly Notice[]>([]);
  #nextId = 1;
  /** Firings shown already, so that one repeated after a reconnect appears once. */
  readonly #fired = new Set<string>();

  info(text: string): void {
    this.#dismissLater(this.#push({ kind: 'info', text }));
  }

  error(text: string): void {
    this.#dismissLater(this.#push({ kind: 'error', text }));
  }

  reminder(fired: ReminderFired): void {
    const name = `${fired.reminder_id}/${fired.fire_seq}`;
    if (this.#fired.has(name)) return;
    this.#fired.add(name);
    this.#push({ kind: 'reminder', fired });
  }

  dismiss(id: number): void {
    this.list.value = this.list.value.filter((notice) => notice.id !== id);
  }

  #push(content: Content): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.list.value = [...this.list.value, { ...content, id }].slice(-maxNotices);
    return id;
  }

  #dismissLater(id: number): void {
    setTimeout(() => this.dismiss(id), shownMs);
  }
}
