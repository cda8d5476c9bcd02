import { randomBytes } from 'node:crypto';

/** The server under test: an address such as http://127.0.0.1:8080, given by whoever started it. */
export const base = (process.env.CALLBOARD_URL ?? '').replace(/\/$/, '');
if (base === '') throw new Error('CALLBOARD_URL is not set: start a server and give its address');

const run = randomBytes(4).toString('hex');
let count = 0;

/** Sends a request and answers the decoded body; throws on a refusal. */
export async function rest(method, path, { body, token } = {}) {
  const headers = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const response = await fetch(base + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** A registered user with a session of their own. */
export class Person {
  static async register(name) {
    count += 1;
    const person = new Person();
    person.username = `${name}-${run}-${count}`;
    const password = `foreign stage door ${run}`;
    const email = `${person.username}@example.com`;
    await rest('POST', '/auth/register', { body: { username: person.username, email, password } });
    person.#take(await rest('POST', '/auth/login', { body: { login: person.username, password } }));
    return person;
  }

  #refreshToken;

  #take(credentials) {
    this.id = credentials.user.id;
    this.token = credentials.access_token;
    this.#refreshToken = credentials.refresh_token;
  }

  /** A new access token of the same session. */
  async refresh() {
    this.#take(await rest('POST', '/auth/refresh', { body: { refresh_token: this.#refreshToken } }));
    return this.token;
  }

  get(path) {
    return rest('GET', path, { token: this.token });
  }

  async createRoom(name, members) {
    const body = { name, members: members.map((member) => member.username) };
    return rest('POST', '/rooms', { body, token: this.token });
  }

  say(roomId, text, key) {
    const body = key === undefined ? { text } : { text, key };
    return rest('POST', `/rooms/${roomId}/messages`, { body, token: this.token });
  }

  removeMember(roomId, member) {
    return rest('DELETE', `/rooms/${roomId}/members/${member.id}`, { token: this.token });
  }
}
