import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, launch, picture } from './support/browser.js';
import { Person } from './support/person.js';
import { logIn, password } from './support/rest.js';
import { until } from './support/wait.js';

/** Requests on their way while their session ends are refused. */
const underWay = /status of 401/;

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function open(t, name, options) {
  const person = await Person.open(browser, name, options);
  t.after(() => person.close());
  return person;
}

test('a first visit shows the sign-in page and asks nothing of the server but the page', async (t) => {
  const visitor = await open(t, 'visitor');
  const asked = [];
  visitor.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await visitor.page.goto(base);
  await visitor.page.getByRole('button', { name: 'Sign in' }).waitFor();
  await picture(visitor.page, 'sign-in');
  assert.deepEqual(asked.filter((path) => path.startsWith('/auth')), []);
  visitor.watch.check();
});

test('signs up, stays signed in over a reload and in a second tab, signs out everywhere', async (t) => {
  const ann = await open(t, 'ann');
  await ann.signUp();
  const stored = await ann.page.evaluate(
    () => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie,
  );
  assert.ok(!/eyJ|token/.test(stored), `a token is within reach of scripts: ${stored}`);
  const cookies = (await ann.context.cookies()).filter((cookie) => cookie.name.includes('callboard'));
  assert.equal(cookies.length, 2, 'the session and the device');
  for (const cookie of cookies) {
    assert.ok(cookie.httpOnly, cookie.name);
    assert.equal(cookie.sameSite, 'Strict', cookie.name);
  }
  await ann.page.reload();
  await ann.page.getByRole('button', { name: 'New room' }).waitFor();
  const second = await ann.context.newPage();
  await second.goto(base);
  await second.getByRole('button', { name: 'New room' }).waitFor();
  await second.goto(`${base}/#/account`);
  await second.getByText(`${ann.username}@example.com`, { exact: true }).waitFor();
  await ann.watch.allowing(underWay, async () => {
    await second.getByRole('button', { name: 'Sign out' }).click();
    await second.getByRole('button', { name: 'Sign in' }).waitFor();
    await ann.page.getByRole('button', { name: 'Sign in' }).waitFor();
  });
  await ann.page.reload();
  await ann.page.getByRole('button', { name: 'Sign in' }).waitFor();
  ann.watch.check();
});

test('three tabs that reload at once all stay signed in', async (t) => {
  const ann = await open(t, 'ann');
  await ann.signUp();
  const tabs = [ann.page, await ann.context.newPage(), await ann.context.newPage()];
  await Promise.all(tabs.map((tab) => tab.goto(base)));
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(tabs.map((tab) => tab.reload()));
    await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'New room' }).waitFor()));
  }
  ann.watch.check();
});

test('says what is wrong with a sign-up and a sign-in', async (t) => {
  const ann = await open(t, 'ann');
  await ann.signUp();
  const other = await open(t, 'other');
  const { page } = other;
  await other.watch.allowing(/status of 4(01|09|22)/, async () => {
    await page.goto(`${base}/#/signup`);
    await page.getByLabel('Username').fill(ann.username);
    await page.getByLabel('E-mail').fill('other@example.com');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.locator('input[name=username][aria-invalid=true]').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Username or e-mail').fill(ann.username);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByText('Wrong username, e-mail or password.').waitFor();
  });
  other.watch.check();
});

test('a guest gets in without an account and makes no rooms', async (t) => {
  const guest = await open(t, 'guest');
  await guest.page.goto(base);
  await guest.page.getByRole('button', { name: 'Continue as a guest' }).click();
  await guest.page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
  assert.equal(await guest.page.getByRole('button', { name: 'New room' }).count(), 0);
  await guest.page.reload();
  await guest.page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
  guest.watch.check();
});

test('lists sessions and ends another one; the ended one is told', async (t) => {
  const here = await open(t, 'ann');
  await here.signUp();
  const there = await open(t, 'elsewhere');
  await there.signIn(here.username);
  await here.page.goto(`${base}/#/account`);
  const sessions = here.page.locator('section', { has: here.page.getByRole('heading', { name: 'Sessions' }) });
  const row = sessions.getByRole('listitem').filter({ hasNotText: 'this session' });
  await row.getByRole('button', { name: /^End the session/ }).waitFor();
  await picture(here.page, 'account');
  await there.watch.allowing(/status of 401/, async () => {
    await row.getByRole('button', { name: /^End the session/ }).click();
    await there.page.getByText('This session was ended from another device.').waitFor();
  });
  await until(async () => (await row.count()) === 0, 'the ended session to leave the list');
  here.watch.check();
  there.watch.check();
});

test('speaks Russian and turns dark when told to, and remembers both', async (t) => {
  const ann = await open(t, 'ann');
  await ann.signUp();
  const { page } = ann;
  await page.goto(`${base}/#/account`);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('radio', { name: 'Dark' }).check();
  assert.notEqual(await ground(), light);
  await page.getByRole('radio', { name: 'Русский' }).check();
  await page.getByRole('heading', { name: 'Сеансы' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ru');
  await page.reload();
  await page.getByRole('heading', { name: 'Сеансы' }).waitFor();
  assert.notEqual(await ground(), light);
  await picture(page, 'account-russian-dark');
  ann.watch.check();
});

test('follows the system: dark and Russian from the start', async (t) => {
  const visitor = await open(t, 'visitor', { locale: 'ru-RU', colorScheme: 'dark' });
  await visitor.page.goto(base);
  await visitor.page.getByRole('button', { name: 'Войти' }).waitFor();
  const ground = await visitor.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const parts = ground.match(/[\d.]+/g).slice(0, 3).map(Number);
  assert.ok(parts.every((part) => part < 64), `not dark: ${ground}`);
  visitor.watch.check();
});

test('a deleted account cannot sign in again', async (t) => {
  const ann = await open(t, 'ann');
  await ann.signUp();
  await ann.page.goto(`${base}/#/account`);
  await ann.page.getByRole('button', { name: 'Delete account' }).click();
  await ann.watch.allowing(underWay, async () => {
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete account' }).click();
    await ann.page.getByRole('button', { name: 'Sign in' }).waitFor();
  });
  await assert.rejects(logIn(ann.username), /401/);
  ann.watch.check();
});
