import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { freshName, logIn, password, rest } from './rest.js';
import { until } from './wait.js';

/** Makes an administrator on the server's own data directory. */
export function createAdmin() {
  const { CALLBOARD_BIN_DIR: programs, CALLBOARD_DATA_DIR: data } = process.env;
  assert.ok(programs && data, 'CALLBOARD_BIN_DIR and CALLBOARD_DATA_DIR say which server this is');
  const username = freshName('chief');
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CALLBOARD_')));
  execFileSync(
    join(programs, 'callboard'),
    ['admin', 'create', '--username', username, '--email', `${username}@example.com`, '--password-stdin', '--data-dir', data],
    { input: `${password}\n`, env: environment, timeout: 30_000 },
  );
  return username;
}

/** Waits for a mail that the server caught for that address with that subject; `skip` older ones are left out. */
export async function caughtMail(admin, address, subject, skip = 0) {
  const { token } = await logIn(admin);
  return until(async () => {
    const { items } = await rest('GET', '/admin/mail?limit=200', { token });
    const mine = items.filter((mail) => mail.to === address && mail.subject === subject);
    return mine.length > skip ? mine[0] : undefined;
  }, `the mail "${subject}" to ${address}`);
}

/** The link in a mail. */
export function linkIn(mail) {
  return mail.body.match(/https?:\/\/\S+/)[0];
}
