import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAdmin } from './support/admin.js';
import { fitsPhone, launch, picture } from './support/browser.js';
import { Person, russianPhone } from './support/person.js';
import { freshName, register, rest } from './support/rest.js';
import { until } from './support/wait.js';

let browser;
let admin;

before(async () => {
  browser = await launch();
  admin = createAdmin();
});

after(() => browser.close());

test('an administrator sees the node, and its figures move', async (t) => {
  const person = await Person.open(browser, 'operator');
  t.after(() => person.close());
  await person.signIn(admin);
  const { page, watch } = person;
  await page.getByRole('link', { name: 'Nodes' }).click();
  await page.getByRole('heading', { level: 1, name: 'Nodes' }).waitFor();
  const figure = (name) =>
    page.locator('.figure', { has: page.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) }) }).getByRole('definition').textContent();
  await page.getByText('64 partitions').waitFor();
  assert.ok(Number(await figure('WebSockets')) >= 1);
  assert.match(await figure('Memory'), /^\d+(\.\d)? MB$/);
  const { token } = await register('talker');
  const { id } = await rest('POST', '/rooms', { body: { name: freshName('Engine room') }, token });
  const talk = setInterval(() => void rest('POST', `/rooms/${id}/messages`, { body: { text: 'hm' }, token }), 50);
  t.after(() => clearInterval(talk));
  await until(async () => Number(await figure('Messages a second')) >= 5, 'a rate of messages');
  await picture(page, 'nodes');
  watch.check();
});

test('it fits a phone, dark and in Russian', async (t) => {
  const person = await Person.open(browser, 'operator', russianPhone);
  t.after(() => person.close());
  const { page, watch } = person;
  await person.signInInRussian(admin);
  await page.getByRole('link', { name: 'Узлы' }).click();
  await page.getByText('64 раздела').waitFor();
  await fitsPhone(page);
  await picture(page, 'phone-nodes');
  watch.check();
});

test('nobody else is offered it, and who goes there by hand is told', async (t) => {
  const { username } = await register('member');
  const person = await Person.open(browser, 'curious');
  t.after(() => person.close());
  await person.signIn(username);
  const { page } = person;
  assert.equal(await page.getByRole('link', { name: 'Nodes' }).count(), 0);
  await page.goto(`${new URL(page.url()).origin}/#/nodes`);
  await page.getByRole('alert').waitFor();
});
