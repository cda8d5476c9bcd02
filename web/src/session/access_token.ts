import type { Credentials } from '../api/types';

/** An access token and when it was got and ends, in milliseconds of the local clock. */
export interface AccessToken {
  value: string;
  obtainedAt: number;
  expiresAt: number;
}

export function toAccessToken(credentials: Credentials, now: number): AccessToken {
  return { value: credentials.access_token, obtainedAt: now, expiresAt: now + credentials.expires_in * 1000 };
}

/** When to renew: a minute before the end, or at half of a very short life. */
export function renewalTime(token: AccessToken): number {
  const life = token.expiresAt - token.obtainedAt;
  return token.expiresAt - Math.min(60_000, life / 2);
}

export function isStale(token: AccessToken, now: number): boolean {
  return now >= renewalTime(token);
}
