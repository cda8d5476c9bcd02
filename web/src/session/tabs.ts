import type { User } from '../api/types';
import type { AccessToken } from './access_token';

/** What tabs of one browser tell each other. Tokens stay in memory: a channel stores nothing. */
export type TabMessage =
  | { kind: 'token'; token: AccessToken; user: User }
  | { kind: 'signed_out' };

/** Links the tabs: one message channel, and one lock so that a single tab refreshes at a time. */
export class Tabs {
  readonly #channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('callboard.session');

  listen(handle: (message: TabMessage) => void): void {
    if (this.#channel === null) return;
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => handle(event.data);
  }

  tell(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }

  /** Runs `work` while no other tab runs its own. Plain http on a network has no locks: then at once. */
  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    // `locks` is typed as always present, but exists in secure contexts only.
    const locks = navigator.locks as LockManager | undefined;
    if (locks === undefined) return work();
    return (await locks.request('callboard.refresh', work)) as Result;
  }
}
