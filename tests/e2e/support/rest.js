import { randomBytes } from 'node:crypto';
import { base } from './browser.js';

const run = randomBytes(3).toString('hex');
let count = 0;

export const password = 'red velvet curtain 71';

/** A username that no earlier run used. */
export function freshName(name) {
  count += 1;
  return `${name}-${run}${count}`;
}

export async function rest(method, path, { body, token } = {}) {
  const headers = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const response = await fetch(base + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Registers a user by REST and answers their name, id and access token. */
export async function register(name) {
  const username = freshName(name);
  await rest('POST', '/auth/register', { body: { username, email: `${username}@example.com`, password } });
  return logIn(username);
}

/** A session of one's own beside the browser's. */
export async function logIn(username) {
  const answer = await rest('POST', '/auth/login', { body: { login: username, password } });
  return { username, id: answer.user.id, token: answer.access_token };
}
