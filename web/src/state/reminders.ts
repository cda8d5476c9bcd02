import { signal } from '@preact/signals';
import type { Api, NewReminder } from '../api/api';
import type { Reminder } from '../api/types';

/** The user's reminders as last read; every change is read back from the server. */
export class Reminders {
  readonly list = signal<readonly Reminder[] | null>(null);
  readonly error = signal<unknown>(null);
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    try {
      this.list.value = await this.#api.reminders();
      this.error.value = null;
    } catch (error) {
      this.error.value = error;
    }
  }

  /** Reads the list again if a page has shown it before. */
  refresh(): void {
    if (this.list.value !== null) void this.load();
  }

  async create(reminder: NewReminder, idempotencyKey: string): Promise<void> {
    await this.#api.createReminder(reminder, idempotencyKey);
    await this.load();
  }

  async cancel(id: number): Promise<void> {
    await this.#api.cancelReminder(id);
    this.refresh();
  }

  async snooze(id: number, duration: string): Promise<void> {
    await this.#api.snoozeReminder(id, duration);
    this.refresh();
  }

  async finish(id: number): Promise<void> {
    await this.#api.finishReminder(id);
    this.refresh();
  }
}
