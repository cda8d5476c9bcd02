import { signal } from '@preact/signals';
import { Centrifuge, UnauthorizedError, type Subscription } from 'centrifuge';
import { SignedOutError } from '../session/session';

/** `stopped`: the server refused for good, and no attempt follows by itself. */
export type LiveStatus = 'connecting' | 'connected' | 'offline' | 'stopped';

export interface ConnectionOptions {
  /** Gives a token other than the one named; '' asks for any good one. */
  newToken: (used: string) => Promise<string>;
  /** Publications of the personal channel. */
  onPersonal: (data: unknown) => void;
  /** The connection is up, again or for the first time. */
  onConnected: () => void;
  /** The server ended the session behind this connection. */
  onRevoked: () => void;
}

const sessionRevoked = 3503;
const invalidToken = 3500;

function endpoint(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/connection/websocket`;
}

/** The one WebSocket of this tab. */
export class Connection {
  readonly status = signal<LiveStatus>('connecting');
  readonly #client: Centrifuge;
  #token = '';
  #invalidTokens = 0;

  constructor(options: ConnectionOptions) {
    this.#client = new Centrifuge(endpoint(), {
      name: 'callboard-web',
      maxReconnectDelay: 8000,
      getToken: async () => {
        try {
          this.#token = await options.newToken(this.#token);
          return this.#token;
        } catch (error) {
          if (error instanceof SignedOutError) throw new UnauthorizedError('signed out');
          throw error;
        }
      },
    });
    this.#client.on('connecting', () => this.#show('connecting'));
    this.#client.on('connected', () => {
      this.#invalidTokens = 0;
      this.#show('connected');
      options.onConnected();
    });
    this.#client.on('disconnected', (context) => {
      this.#show('stopped');
      if (context.code === sessionRevoked) options.onRevoked();
      // A token can turn invalid when the server's keys changed: a new one is worth one attempt.
      if (context.code === invalidToken && this.#invalidTokens === 0) {
        this.#invalidTokens += 1;
        this.#client.setToken('');
        this.#client.connect();
      }
    });
    this.#client.on('publication', (context) => options.onPersonal(context.data as unknown));
    window.addEventListener('online', this.#networkChanged);
    window.addEventListener('offline', this.#networkChanged);
  }

  readonly #networkChanged = (): void => {
    if (this.status.value === 'offline' || this.status.value === 'connecting') this.#show('connecting');
  };

  #show(status: LiveStatus): void {
    this.status.value = status === 'connecting' && !navigator.onLine ? 'offline' : status;
  }

  open(): void {
    this.#client.connect();
  }

  close(): void {
    window.removeEventListener('online', this.#networkChanged);
    window.removeEventListener('offline', this.#networkChanged);
    this.#client.removeAllListeners();
    this.#client.disconnect();
  }

  /** Tries again at once, also after `stopped`. */
  retry(): void {
    this.#client.disconnect();
    this.#client.connect();
  }

  async call(method: string, data: unknown): Promise<unknown> {
    const result = await this.#client.rpc(method, data);
    return result.data as unknown;
  }

  subscription(channel: string): Subscription {
    return this.#client.getSubscription(channel) ?? this.#client.newSubscription(channel, { recoverable: true });
  }

  drop(subscription: Subscription): void {
    subscription.removeAllListeners();
    this.#client.removeSubscription(subscription);
  }
}
