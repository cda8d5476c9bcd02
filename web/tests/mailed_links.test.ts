import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forgotPassword, resetPassword, verifyEmail } from '../src/api/mailed_links';
import { ApiError } from '../src/api/problem';
import { en } from '../src/i18n/en';
import { errorText } from '../src/i18n/error_text';
import { ru } from '../src/i18n/ru';
import { hrefOf, parseRoute } from '../src/router';
import { toEndReason } from '../src/session/session';

let sent: { path: string; init: { method: string; body: string; headers: Record<string, string> } }[];
let status: number;

beforeEach(() => {
  sent = [];
  status = 204;
  vi.stubGlobal('fetch', (path: string, init: (typeof sent)[number]['init']) => {
    sent.push({ path, init });
    const body = status < 300 ? null : JSON.stringify({ code: 'invalid_token', detail: 'no' });
    return Promise.resolve(new Response(body, { status }));
  });
});

afterEach(() => vi.unstubAllGlobals());

test('the links of mails lead to their pages with their tokens', () => {
  expect(parseRoute('#/reset/aB3_-x')).toEqual({ name: 'reset', token: 'aB3_-x' });
  expect(parseRoute('#/verify/aB3_-x')).toEqual({ name: 'verify', token: 'aB3_-x' });
  expect(parseRoute('#/forgot')).toEqual({ name: 'forgot' });
  for (const target of ['#/reset/aB3_-x', '#/verify/t', '#/forgot']) expect(hrefOf(parseRoute(target))).toBe(target);
});

test('what cannot be a token leads nowhere', () => {
  for (const hash of ['#/reset', '#/reset/', '#/verify/a/b', '#/reset/<b>', '#/reset/a b', `#/reset/${'a'.repeat(201)}`]) {
    expect(parseRoute(hash)).toEqual({ name: 'unknown' });
  }
});

test('tokens travel in bodies, never in addresses, and without a session', async () => {
  await forgotPassword('ann@example.com');
  await resetPassword('secret', 'new password');
  await verifyEmail('secret');
  expect(sent.map(({ path, init }) => [init.method, path, JSON.parse(init.body) as unknown])).toEqual([
    ['POST', '/auth/password/forgot', { email: 'ann@example.com' }],
    ['POST', '/auth/password/reset', { token: 'secret', new_password: 'new password' }],
    ['POST', '/auth/email/verify', { token: 'secret' }],
  ]);
  for (const { init } of sent) expect(init.headers).not.toHaveProperty('Authorization');
});

test('a link that is of no use is told in the language of the page', async () => {
  status = 422;
  const refused = await resetPassword('secret', 'new password').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect(errorText(refused, en)).toBe(en.errorLink);
  expect(errorText(refused, ru)).toBe(ru.errorLink);
});

test('a session that a new password ended says so', () => {
  expect(toEndReason('password_changed')).toBe('password_changed');
  expect(toEndReason('something new')).toBe('revoked');
  expect(toEndReason('expired')).toBe('revoked');
});
