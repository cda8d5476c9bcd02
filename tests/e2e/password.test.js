import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { caughtMail, createAdmin, linkIn } from './support/admin.js';
import { base, launch, picture } from './support/browser.js';
import { Person } from './support/person.js';
import { password, rest } from './support/rest.js';

const next = 'blue lantern harbour 93';

let browser;
let admin;
before(async () => {
  browser = await launch();
  admin = createAdmin();
});
after(() => browser.close());

async function open(t, name, options) {
  const person = await Person.open(browser, name, options);
  t.after(() => person.close());
  return person;
}

async function signInWith(page, username, secret) {
  await page.goto(`${base}/#/signin`);
  await page.getByLabel('Username or e-mail').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
}

test('a forgotten password: the link of the mail sets another one, once', async (t) => {
  const ann = await open(t, 'ann');
  await ann.signUp();
  const elsewhere = await open(t, 'elsewhere');
  const { page } = elsewhere;
  const address = `${ann.username}@example.com`;
  await page.goto(base);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail').fill(address);
  await picture(page, 'forgot');
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('If an account has this address').waitFor();
  const link = linkIn(await caughtMail(admin, address, 'Choose a new password'));
  assert.ok(link.startsWith(`${base}/#/reset/`), link);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(link);
  await page.getByLabel('New password').fill(next);
  await picture(page, 'reset');
  await ann.watch.allowing(/status of 401/, async () => {
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your new password is set. Sign in with it.').waitFor();
    await ann.page.getByText('The password of this account was changed.').waitFor();
  });
  const token = link.split('/').at(-1);
  assert.ok(asked.every((url) => !url.includes(token)), 'the token was in an address that was asked for');
  await signInWith(page, ann.username, next);
  await page.goto(`${base}/#/account`);
  await elsewhere.watch.allowing(/status of 422/, async () => {
    await page.goto(link);
    await page.getByLabel('New password').fill('another lantern harbour 94');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('This link was used, has expired').waitFor();
  });
  ann.watch.check();
  elsewhere.watch.check();
});

test('the password is changed in the account; another session ends, this one goes on', async (t) => {
  const here = await open(t, 'ann');
  await here.signUp();
  const there = await open(t, 'elsewhere');
  await there.signIn(here.username);
  const { page } = here;
  await page.goto(`${base}/#/account`);
  const form = page.locator('form', { has: page.getByRole('heading', { name: 'Change password' }) });
  await here.watch.allowing(/status of 422/, async () => {
    await form.getByLabel('Current password').fill('not the password');
    await form.getByLabel('New password').fill(next);
    await form.getByRole('button', { name: 'Change password' }).click();
    await form.getByText('This is not your password.').waitFor();
  });
  await picture(page, 'change-password');
  await there.watch.allowing(/status of 401/, async () => {
    await form.getByLabel('Current password').fill(password);
    await form.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password was changed.').waitFor();
    await there.page.getByText('The password of this account was changed.').waitFor();
  });
  await page.reload();
  await page.getByRole('heading', { name: 'Change password' }).waitFor();
  await assert.rejects(rest('POST', '/auth/login', { body: { login: here.username, password } }), /401/);
  here.watch.check();
  there.watch.check();
});

test('the address is confirmed by the link that a Russian reads in Russian', async (t) => {
  const anna = await open(t, 'anna', { locale: 'ru-RU' });
  const { page } = anna;
  await page.goto(`${base}/#/signup`);
  await page.getByLabel('Имя пользователя').fill(anna.username);
  await page.getByLabel('Почта').fill(`${anna.username}@example.com`);
  await page.getByLabel('Пароль', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Создать учётную запись' }).click();
  await page.getByRole('navigation', { name: 'Разделы' }).waitFor();
  await page.goto(`${base}/#/account`);
  await page.getByText('ещё не подтверждён').waitFor();
  await picture(page, 'unconfirmed-russian');
  const mail = await caughtMail(admin, `${anna.username}@example.com`, 'Подтвердите адрес почты');
  await page.goto(linkIn(mail));
  await page.getByRole('button', { name: 'Подтвердить почту' }).click();
  await page.getByText('Адрес почты подтверждён.').waitFor();
  await page.goto(`${base}/#/account`);
  await page.getByRole('heading', { name: 'Сменить пароль' }).waitFor();
  await page.getByText('ещё не подтверждён').waitFor({ state: 'detached' });
  anna.watch.check();
});
