import { signal } from '@preact/signals';
import { ApiError } from '../api/problem';
import { sendRequest } from '../api/transport';
import type { Credentials, User } from '../api/types';
import { isStale, renewalTime, toAccessToken, type AccessToken } from './access_token';
import { deviceName } from './device';
import { Tabs, type TabMessage } from './tabs';

/** `starting`: it is not known yet whether this browser is signed in. */
export type Phase = 'starting' | 'unreachable' | 'signed_out' | 'signed_in';
/** Why the last session ended, for the sign-in page to say. */
export type EndReason =
  | 'signed_out'
  | 'revoked'
  | 'evicted'
  | 'reused'
  | 'deleted'
  | 'password_changed'
  | 'disabled'
  | 'role_changed'
  | 'expired';

const toldReasons: readonly EndReason[] = ['evicted', 'reused', 'deleted', 'password_changed', 'disabled', 'role_changed'];

/** The reason a server gave, or the general one. */
export function toEndReason(reason: unknown): EndReason {
  return toldReasons.find((told) => told === reason) ?? 'revoked';
}

export interface Registration {
  username: string;
  email: string;
  password: string;
  full_name?: string;
}

/** Thrown where a token is needed and nobody is signed in. */
export class SignedOutError extends Error {}

const hintKey = 'callboard.signed_in';
const maxRetryMs = 15_000;

/**
 * Who is signed in. The refresh token lives in an HttpOnly cookie that no script sees; the access token lives in
 * memory only. All tabs share the cookie, so one of them refreshes at a time and gives the others the result.
 */
export class Session {
  readonly phase = signal<Phase>('starting');
  readonly user = signal<User | null>(null);
  readonly endReason = signal<EndReason | null>(null);
  #token: AccessToken | null = null;
  #renewal: Promise<string> | null = null;
  /** Counts the sessions that ended on this page. */
  #era = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #tabs = new Tabs();

  /** Finds out whether this browser is signed in; asks again until the server answers. */
  async start(): Promise<void> {
    this.#tabs.listen((message) => this.#hear(message));
    // Without the mark there is no cookie to try, and a first visit causes no refused request.
    if (localStorage.getItem(hintKey) === null) {
      this.phase.value = 'signed_out';
      return;
    }
    await this.#restore(1000);
  }

  async #restore(retryMs: number): Promise<void> {
    try {
      await this.renewToken('');
    } catch (error) {
      if (error instanceof SignedOutError) return;
      this.phase.value = 'unreachable';
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#restore(Math.min(retryMs * 2, maxRetryMs)), retryMs);
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    const device = deviceName(navigator.userAgent);
    this.#enter(
      await sendRequest<Credentials>('POST', '/auth/login', { body: { login, password, cookie: true, device } }),
    );
  }

  async signUp(registration: Registration): Promise<void> {
    await sendRequest<User>('POST', '/auth/register', { body: registration });
    await this.signIn(registration.username, registration.password);
  }

  async continueAsGuest(): Promise<void> {
    this.#enter(await sendRequest<Credentials>('POST', '/auth/guest', { body: { cookie: true } }));
  }

  /** A token with some life left. Throws SignedOutError, or ApiError when the server cannot be reached. */
  async accessToken(): Promise<string> {
    const token = this.#token;
    if (token !== null && !isStale(token, Date.now())) return token.value;
    return this.renewToken(token?.value ?? '');
  }

  /** A token other than `refused`: another tab's newer one, or a new one of the server. */
  renewToken(refused: string): Promise<string> {
    if (this.phase.value === 'signed_out') return Promise.reject(new SignedOutError());
    if (this.#token !== null && this.#token.value !== refused && !isStale(this.#token, Date.now())) {
      return Promise.resolve(this.#token.value);
    }
    if (this.#renewal === null) {
      const era = this.#era;
      const renewal = this.#tabs
        .alone(() => this.#refresh(refused, era))
        .finally(() => {
          if (this.#renewal === renewal) this.#renewal = null;
        });
      this.#renewal = renewal;
    }
    return this.#renewal;
  }

  async #refresh(refused: string, era: number): Promise<string> {
    // While this tab waited for its turn, another may have told it a newer token.
    const told = this.#token;
    if (told !== null && told.value !== refused && !isStale(told, Date.now())) return told.value;
    this.#requireEra(era);
    try {
      const credentials = await sendRequest<Credentials>('POST', '/auth/refresh', { body: {} });
      this.#requireEra(era);
      this.#enter(credentials);
      return credentials.access_token;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      this.#requireEra(era);
      this.end(this.phase.value === 'signed_in' ? 'expired' : null);
      throw new SignedOutError();
    }
  }

  /** An answer that comes after the session ended signs nobody in again, nor out of the next one. */
  #requireEra(era: number): void {
    if (era !== this.#era) throw new SignedOutError();
  }

  /** Forgets everything about the user; the server has ended the session already. */
  end(reason: EndReason | null): void {
    if (this.phase.value === 'signed_out') return;
    this.#forget(reason);
    localStorage.removeItem(hintKey);
    this.#tabs.tell({ kind: 'signed_out' });
  }

  #forget(reason: EndReason | null): void {
    clearTimeout(this.#timer);
    this.#era += 1;
    this.#renewal = null;
    this.#token = null;
    this.user.value = null;
    this.endReason.value = reason;
    this.phase.value = 'signed_out';
  }

  #enter(credentials: Credentials): void {
    const token = toAccessToken(credentials, Date.now());
    localStorage.setItem(hintKey, '1');
    this.#tabs.tell({ kind: 'token', token, user: credentials.user });
    this.#adopt(token, credentials.user);
  }

  #adopt(token: AccessToken, user: User): void {
    this.#token = token;
    // A refresh answers the same user each time: keep the object, so that nothing is drawn again for it.
    if (JSON.stringify(this.user.value) !== JSON.stringify(user)) this.user.value = user;
    this.endReason.value = null;
    this.phase.value = 'signed_in';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renewEarly(), Math.max(1000, renewalTime(token) - Date.now()));
  }

  /** Keeps the session alive while nothing is asked; a failure is met again by the next request. */
  #renewEarly(): void {
    this.renewToken(this.#token?.value ?? '').catch(() => {
      if (this.phase.value !== 'signed_in') return;
      this.#timer = setTimeout(() => this.#renewEarly(), maxRetryMs);
    });
  }

  #hear(message: TabMessage): void {
    if (message.kind === 'signed_out') {
      if (this.phase.value !== 'signed_out') this.#forget('signed_out');
      return;
    }
    const current = this.user.value;
    if (current !== null && current.id !== message.user.id) {
      // The cookie belongs to somebody else now: nothing of the former user may stay on this page.
      location.reload();
      return;
    }
    this.#adopt(message.token, message.user);
  }
}
