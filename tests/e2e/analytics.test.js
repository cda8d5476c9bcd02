import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAdmin } from './support/admin.js';
import { base, fitsPhone, launch, picture } from './support/browser.js';
import { Person, russianPhone } from './support/person.js';
import { freshName, logIn, password, register, rest } from './support/rest.js';
import { until } from './support/wait.js';

let browser;
let admin;
/** A room's name that no other one has, among the most lively rooms of these tests. */
const stage = freshName('Stage left');

before(async () => {
  browser = await launch();
  admin = createAdmin();
  const { token, username } = await register('writer');
  const room = await rest('POST', '/rooms', { body: { name: stage }, token });
  for (let i = 0; i < 15; i += 1) await rest('POST', `/rooms/${room.id}/messages`, { body: { text: `line ${i}` }, token });
  await assert.rejects(rest('POST', '/auth/login', { body: { login: username, password: 'not this one' } }), /401/);
  const session = await logIn(admin);
  const counted = async () => {
    const { totals, top_rooms: rooms } = await rest('GET', '/admin/analytics', { token: session.token });
    return totals.logins_failed > 0 && rooms.some(({ name, messages }) => name === stage && messages === 15);
  };
  await until(counted, 'what was done to be counted');
});

after(() => browser.close());

async function openAs(t, username, options) {
  const person = await Person.open(browser, 'viewer', options);
  t.after(() => person.close());
  await person.signIn(username);
  return person;
}

/** The number a total shows. */
async function total(page, name) {
  const figure = page.locator('.figure', { has: page.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) }) });
  return Number((await figure.getByRole('definition').textContent()).replaceAll(',', ''));
}

test('an administrator sees the figures, and the charts by keyboard and as tables', async (t) => {
  const { page, watch } = await openAs(t, admin);
  await page.getByRole('link', { name: 'Analytics' }).click();
  await page.getByRole('heading', { level: 1, name: 'Analytics' }).waitFor();
  const chart = page.getByRole('img', { name: /^Messages: [\d,]+ from/ });
  await chart.waitFor();
  assert.ok((await total(page, 'Messages')) >= 15);
  assert.ok((await total(page, 'Refused log-ins')) >= 1);
  assert.ok((await page.locator('.chart-bar').count()) > 0);
  await picture(page, 'analytics');
  await chart.focus();
  await page.keyboard.press('End');
  const section = page.locator('section', { has: chart });
  const today = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  const note = section.getByRole('status');
  await note.filter({ hasText: `${today.format(new Date())}: ` }).waitFor();
  const latest = await note.textContent();
  await page.keyboard.press('ArrowLeft');
  await until(async () => (await note.textContent()) !== latest, 'the day before');
  await section.getByText('As a table').click();
  assert.equal(await section.getByRole('row').count(), 31);
  const rooms = page.locator('section', { has: page.getByRole('heading', { name: 'Rooms with the most messages' }) });
  await rooms.getByText(stage).waitFor();
  watch.check();
});

test('other days are chosen by a button or from one to another', async (t) => {
  const { page, watch } = await openAs(t, admin);
  await page.goto(`${base}/#/analytics`);
  await page.getByRole('button', { name: 'Last 7 days' }).click();
  const chart = page.getByRole('img', { name: /^Messages:/ });
  const section = page.locator('section', { has: chart });
  const rows = async () => (await section.locator('tbody tr').count()) || null;
  await until(async () => (await rows()) === 7, 'seven days');
  assert.equal(await page.getByRole('button', { name: 'Last 7 days' }).getAttribute('aria-pressed'), 'true');
  await page.getByLabel('From', { exact: true }).fill('2020-02-28');
  await page.getByLabel('To', { exact: true }).fill('2020-03-01');
  await page.getByRole('button', { name: 'Show' }).click();
  await until(async () => (await rows()) === 3, 'three days');
  assert.equal(await total(page, 'Messages'), 0);
  await page.getByLabel('To', { exact: true }).fill('2020-01-01');
  assert.ok(await page.getByRole('button', { name: 'Show' }).isDisabled());
  watch.check();
});

test('it fits a phone, dark and in Russian', async (t) => {
  const person = await Person.open(browser, 'viewer', russianPhone);
  t.after(() => person.close());
  const { page, watch } = person;
  await person.signInInRussian(admin);
  await page.getByRole('link', { name: 'Аналитика' }).click();
  await page.getByRole('img', { name: /^Сообщения: / }).waitFor();
  for (const table of await page.getByText('Таблицей').all()) await table.click();
  await fitsPhone(page);
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('.page-body *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => `${element.tagName}.${element.className}`),
  );
  assert.deepEqual(wide, []);
  await picture(page, 'phone-analytics');
  watch.check();
});

test('nobody else is offered it, and who goes there by hand is told', async (t) => {
  const { username } = await register('member');
  const { page, watch } = await openAs(t, username);
  assert.equal(await page.getByRole('link', { name: 'Analytics' }).count(), 0);
  await watch.allowing(/status of 403/, async () => {
    await page.goto(`${base}/#/analytics`);
    await page.getByRole('alert').waitFor();
  });
  watch.check();
});
