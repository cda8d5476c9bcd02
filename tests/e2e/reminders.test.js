import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { base, launch, picture } from './support/browser.js';
import { Person } from './support/person.js';
import { logIn, rest } from './support/rest.js';

let browser;
let ann;

before(async () => {
  browser = await launch();
  ann = await Person.open(browser, 'ann');
  await ann.signUp();
});

afterEach(() => ann.watch.check());
after(() => browser.close());

/** `seconds` from now, or one more, as the value of a date-time field with seconds (it leaves out seconds of 0). */
function inSeconds(page, seconds) {
  return page.evaluate((ahead) => {
    let time = new Date(Date.now() + ahead * 1000);
    if (time.getSeconds() === 0) time = new Date(time.getTime() + 1000);
    const pad = (part) => String(part).padStart(2, '0');
    const day = [time.getFullYear(), pad(time.getMonth() + 1), pad(time.getDate())].join('-');
    return `${day}T${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
  }, seconds);
}

test('a reminder set for a moment soon comes as a notice on whatever page is open', async () => {
  const { page } = ann;
  await page.goto(`${base}/#/reminders`);
  await page.getByLabel('What about?').fill('Raise the curtain');
  await page.getByRole('radio', { name: 'At' }).check();
  await page.getByLabel('Date and time').fill(await inSeconds(page, 10));
  await page.getByRole('button', { name: 'Set reminder' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Raise the curtain' }).waitFor();
  await page.goto(`${base}/#/rooms`);
  const notice = page.getByRole('alert').filter({ hasText: 'Raise the curtain' });
  await notice.waitFor();
  await picture(page, 'reminder-notice');
  await notice.getByRole('button', { name: 'Done' }).click();
  await notice.waitFor({ state: 'detached' });
  await page.goto(`${base}/#/reminders`);
  await page.getByRole('listitem').filter({ hasText: 'Raise the curtain' }).getByText('delivered').waitFor();
});

test('a reminder is snoozed from its notice', async () => {
  const { token } = await logIn(ann.username);
  const { page } = ann;
  await rest('POST', '/reminders', { body: { text: 'Water the ferns', in: 'PT1S' }, token });
  const notice = page.getByRole('alert').filter({ hasText: 'Water the ferns' });
  await notice.getByRole('button', { name: 'Snooze 10 min' }).click();
  await notice.waitFor({ state: 'detached' });
  await page.goto(`${base}/#/reminders`);
  await page.getByRole('listitem').filter({ hasText: 'Water the ferns' }).getByText('snoozed').waitFor();
});

test('a reminder in hours is listed, moved and cancelled', async () => {
  const { page } = ann;
  await page.goto(`${base}/#/reminders`);
  await page.getByLabel('What about?').fill('Lock the doors');
  await page.getByRole('radio', { name: 'In' }).check();
  await page.getByLabel('Amount').fill('2');
  await page.getByLabel('Unit').selectOption('hours');
  await page.getByRole('button', { name: 'Set reminder' }).click();
  const item = page.getByRole('listitem').filter({ hasText: 'Lock the doors' });
  await item.getByText('scheduled').waitFor();
  await picture(page, 'reminders');
  await item.getByRole('button', { name: 'Snooze 1 hour' }).click();
  await item.getByText('snoozed').waitFor();
  await item.getByRole('button', { name: 'Cancel' }).click();
  await item.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
});

test('a wrong amount is refused before anything is sent', async () => {
  const { page } = ann;
  const sent = [];
  const note = (request) => request.method() === 'POST' && sent.push(request.url());
  page.on('request', note);
  await page.goto(`${base}/#/reminders`);
  await page.getByLabel('What about?').fill('Nothing');
  await page.getByRole('radio', { name: 'At' }).check();
  await page.getByLabel('Date and time').fill('');
  await page.getByRole('button', { name: 'Set reminder' }).click();
  await page.getByText('Choose a date and time.').waitFor();
  page.off('request', note);
  assert.deepEqual(sent, []);
});
