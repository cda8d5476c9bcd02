import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { freshName, password } from './rest.js';

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
