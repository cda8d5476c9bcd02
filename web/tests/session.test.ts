import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Credentials } from '../src/api/types';
import { Session, SignedOutError } from '../src/session/session';

function credentials(token: string, id = 1): Credentials {
  const user = { id, username: `user${id}`, full_name: '', role: 'user', created_at: '2026-01-01T00:00:00.000Z' };
  return { access_token: token, expires_in: 900, user } as unknown as Credentials;
}

/** Requests wait until the test answers them. */
let waiting: { path: string; body: unknown; answer: (status: number, body: unknown) => void }[];

beforeEach(() => {
  waiting = [];
  const store = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => store.set(key, value),
    removeItem: (key: string) => store.delete(key),
  });
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.stubGlobal('navigator', { userAgent: 'test' });
  vi.stubGlobal('fetch', (path: string, init: { body: string }) => {
    return new Promise<Response>((resolve) => {
      const answer = (status: number, body: unknown): void => resolve(new Response(JSON.stringify(body), { status }));
      waiting.push({ path, body: JSON.parse(init.body) as unknown, answer });
    });
  });
});

afterEach(() => vi.unstubAllGlobals());

async function answer(path: string, status: number, body: unknown): Promise<void> {
  await vi.waitUntil(() => waiting.length > 0);
  const request = waiting.shift();
  expect(request?.path).toBe(path);
  request?.answer(status, body);
}

async function signedIn(token: string, id = 1, session = new Session()): Promise<Session> {
  const done = session.signIn('somebody', 'password');
  await answer('/auth/login', 200, credentials(token, id));
  await done;
  return session;
}

test('after the end of a session nothing asks for another token', async () => {
  const session = await signedIn('first');
  session.end('signed_out');
  await expect(session.accessToken()).rejects.toBeInstanceOf(SignedOutError);
  await expect(session.renewToken('first')).rejects.toBeInstanceOf(SignedOutError);
  expect(waiting).toEqual([]);
});

test('an answer that comes after the end signs nobody in again', async () => {
  const session = await signedIn('first');
  const renewal = session.renewToken('first');
  session.end('signed_out');
  await answer('/auth/refresh', 200, credentials('second'));
  await expect(renewal).rejects.toBeInstanceOf(SignedOutError);
  expect(session.phase.value).toBe('signed_out');
});

test('a refusal for the former session does not end the next one', async () => {
  const session = await signedIn('first');
  const renewal = session.renewToken('first');
  session.end('signed_out');
  await vi.waitUntil(() => waiting.length === 1);
  const former = waiting.splice(0);
  await signedIn('other', 2, session);
  former[0]?.answer(401, { code: 'invalid_refresh_token' });
  await expect(renewal).rejects.toBeInstanceOf(SignedOutError);
  expect(session.user.value?.id).toBe(2);
  expect(await session.accessToken()).toBe('other');
});

test('several that need a token wait for one refresh', async () => {
  const session = await signedIn('first');
  const renewals = [session.renewToken('first'), session.renewToken('first')];
  await answer('/auth/refresh', 200, credentials('second'));
  expect(await Promise.all(renewals)).toEqual(['second', 'second']);
  expect(waiting).toEqual([]);
});

test('a guest is kept by the cookie as everybody else, and no script sees the refresh token', async () => {
  const session = new Session();
  const done = session.continueAsGuest();
  await vi.waitUntil(() => waiting.length > 0);
  expect(waiting[0]?.body).toEqual({ cookie: true });
  await answer('/auth/guest', 200, credentials('first'));
  await done;
  const again = new Session();
  const started = again.start();
  await vi.waitUntil(() => waiting.length > 0);
  expect(waiting[0]?.body).toEqual({});
  await answer('/auth/refresh', 200, credentials('second'));
  await started;
  expect(again.phase.value).toBe('signed_in');
});
