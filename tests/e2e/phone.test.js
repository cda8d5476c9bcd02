import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { base, launch, picture } from './support/browser.js';
import { Person } from './support/person.js';
import { logIn, rest } from './support/rest.js';

let browser;
let ann;

before(async () => {
  browser = await launch();
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };
  ann = await Person.open(browser, 'ann', phone);
});

afterEach(() => ann.watch.check());
after(() => browser.close());

async function assertFits(what) {
  const { page } = ann;
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => !element.closest('.hidden') && element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => `${element.tagName}.${element.className}`),
  );
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 360, `${what} is ${width} px wide: ${wide.join(', ')}`);
  const scrolls = await page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => getComputedStyle(element).overflowX === 'auto')
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => `${element.tagName}.${element.className}`),
  );
  assert.deepEqual(scrolls, [], `${what} scrolls sideways`);
  await picture(page, `phone-${what}`);
}

async function closeDialog() {
  await ann.page.keyboard.press('Escape');
  await ann.page.getByRole('dialog').waitFor({ state: 'detached' });
}

test('every page fits a width of 360 pixels', async () => {
  const { page } = ann;
  await page.goto(base);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await assertFits('sign-in');
  await ann.signUp();
  await assertFits('no-rooms');
  const { token } = await logIn(ann.username);
  const long = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen'.repeat(2);
  const room = await rest('POST', '/rooms', { body: { name: long.slice(0, 80) }, token });
  for (const text of [long, `https://example.com/${'a'.repeat(200)}`, 'short']) {
    await rest('POST', `/rooms/${room.id}/messages`, { body: { text }, token });
  }
  await rest('POST', '/reminders', { body: { text: long, in: 'PT3H' }, token });
  await page.goto(`${base}/#/rooms`);
  await page.reload();
  await page.getByRole('list', { name: 'Rooms', exact: true }).getByRole('link').first().waitFor();
  await assertFits('rooms');
  await page.getByRole('list', { name: 'Rooms', exact: true }).getByRole('link').first().click();
  await ann.firm('short').waitFor();
  await assertFits('room');
  await page.getByRole('button', { name: 'Room details' }).click();
  await page.getByRole('dialog').waitFor();
  await assertFits('room-details');
  await closeDialog();
  await page.getByRole('link', { name: 'Back to rooms' }).click();
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByRole('dialog').waitFor();
  await assertFits('new-room');
  await closeDialog();
  for (const name of ['Reminders', 'Account']) {
    await page.goto(`${base}/#/${name.toLowerCase()}`);
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await assertFits(name.toLowerCase());
  }
  await page.getByRole('radio', { name: 'Русский' }).check();
  await assertFits('account-russian');
  await page.goto(`${base}/#/reminders`);
  await page.getByRole('heading', { level: 1, name: 'Напоминания' }).waitFor();
  await assertFits('reminders-russian');
});
