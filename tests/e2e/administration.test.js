import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAdmin } from './support/admin.js';
import { fitsPhone, launch, picture } from './support/browser.js';
import { Person, russianPhone } from './support/person.js';
import { logIn, password, register, rest } from './support/rest.js';
import { until } from './support/wait.js';

let browser;
let admin;
let member;

before(async () => {
  browser = await launch();
  admin = createAdmin();
  member = await register('member');
});

after(() => browser.close());

async function openAs(t, username, options) {
  const person = await Person.open(browser, 'chief', options);
  t.after(() => person.close());
  await person.signIn(username);
  return person;
}

/** The row of an account, once it is found by its name. */
async function find(page, username) {
  await page.getByLabel('Find by name or e-mail').fill(username);
  const row = page.getByRole('list', { name: 'Users' }).getByRole('listitem');
  await until(async () => (await row.count()) === 1 && (await row.textContent()).includes(username), 'the one account');
  return row;
}

/** Presses a button and the one of the same name in the dialog that asks. */
async function confirm(page, row, action) {
  await row.getByRole('button', { name: new RegExp(`^${action}`) }).click();
  await page.getByRole('dialog').getByRole('button', { name: action }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

test('an administrator finds an account, changes its role, disables and enables it', async (t) => {
  const { page, watch } = await openAs(t, admin);
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
  const row = await find(page, member.username);
  await confirm(page, row, 'Make administrator');
  await row.getByText('Administrator', { exact: true }).waitFor();
  const promoted = await logIn(member.username);
  await rest('GET', '/admin/users', { token: promoted.token });
  await confirm(page, row, 'Make ordinary user');
  await confirm(page, row, 'Disable');
  await row.getByText('Disabled', { exact: true }).waitFor();
  await picture(page, 'users');
  await assert.rejects(rest('POST', '/auth/login', { body: { login: member.username, password } }), /401/);
  await confirm(page, row, 'Enable');
  await logIn(member.username);
  watch.check();
});

test('the audit log shows what was done, by whom, and one person alone', async (t) => {
  const { page, watch } = await openAs(t, admin);
  await page.getByRole('link', { name: 'Audit log' }).click();
  const list = page.getByRole('list', { name: 'Audit log' });
  await list.getByRole('listitem').first().waitFor();
  await page.getByLabel('What happened').selectOption({ label: 'Account disabled' });
  const entry = list.getByRole('listitem').filter({ hasText: /^Account disabled/ }).filter({ hasText: member.username });
  await entry.first().waitFor();
  assert.match(await entry.first().textContent(), new RegExp(admin));
  await picture(page, 'audit');
  await entry.first().getByRole('button', { name: `Only ${member.username}` }).click();
  await page.getByLabel('What happened').selectOption({ label: 'Role changed' });
  const entries = list.getByRole('listitem');
  const changes = entries.filter({ hasText: /^Role changed/ });
  await until(async () => (await changes.count()) === 2 && (await entries.count()) === 2, 'both changes of role');
  watch.check();
});

test('on a phone, in Russian, nothing is wider than the screen', async (t) => {
  const person = await Person.open(browser, 'chief', russianPhone);
  t.after(() => person.close());
  const { page, watch } = person;
  await person.signInInRussian(admin);
  for (const name of ['Пользователи', 'Журнал']) {
    await page.getByRole('link', { name }).click();
    await page.getByRole('list', { name }).getByRole('listitem').first().waitFor();
    await fitsPhone(page, name);
    await picture(page, `phone-${name === 'Журнал' ? 'audit' : 'users'}`);
    await page.getByRole('link', { name: 'К списку комнат' }).click();
  }
  watch.check();
});

test('nobody else is offered it', async (t) => {
  const { page, watch } = await openAs(t, member.username);
  await page.getByRole('link', { name: 'Account' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Users' }).count(), 0);
  assert.equal(await page.getByRole('link', { name: 'Audit log' }).count(), 0);
  watch.check();
});
