import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { base, launch, picture } from './support/browser.js';
import { Person } from './support/person.js';
import { logIn, register, rest } from './support/rest.js';
import { until } from './support/wait.js';

let browser;
let ann;
let bob;
const lostNetwork = /ERR_INTERNET_DISCONNECTED|ERR_NETWORK|ERR_ABORTED|ERR_CONNECTION/;

before(async () => {
  browser = await launch();
  [ann, bob] = [await Person.open(browser, 'ann'), await Person.open(browser, 'bob')];
  await Promise.all([ann.signUp(), bob.signUp()]);
});

afterEach(() => {
  ann.watch.check();
  bob.watch.check();
});

after(() => browser.close());

/** A room made in the first person's browser and opened in both. */
async function shareRoom(name) {
  await ann.createRoom(name, [bob.username]);
  await ann.roomHeading(name).waitFor();
  await bob.openRoom(name);
}

test('a room made with a member appears at both, and they talk both ways', async () => {
  await shareRoom('Green room');
  await ann.write('Is anybody here?');
  await bob.firm('Is anybody here?').waitFor();
  await bob.write('I am, with coffee');
  await ann.firm('I am, with coffee').waitFor();
  await ann.firm('Is anybody here?').waitFor();
  assert.equal(await ann.draft('Is anybody here?').count(), 0);
  await picture(ann.page, 'chat');
});

test('an unknown member is named and nothing is created', async () => {
  await ann.watch.allowing(/status of 422/, async () => {
    await ann.createRoom('Nowhere', [bob.username, 'nobody-at-all']);
    await ann.page.getByText('There is no user “nobody-at-all”.').waitFor();
  });
  await picture(ann.page, 'unknown-member');
  await ann.page.getByRole('button', { name: 'Remove nobody-at-all' }).click();
  await ann.page.getByRole('button', { name: 'Create room' }).click();
  await ann.roomHeading('Nowhere').waitFor();
  await bob.roomLink('Nowhere').waitFor();
  assert.equal(await ann.roomLink('Nowhere').count(), 1);
});

test('an optimistic line shows at once and turns firm', async () => {
  await shareRoom('Optimists');
  await ann.page.evaluate(() => {
    // Catches the very first form of the line, however short its life.
    window.firstForm = new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        const draft = document.querySelector('.draft-sending');
        if (draft === null) return;
        observer.disconnect();
        resolve(draft.textContent);
      }).observe(document.body, { childList: true, subtree: true });
    });
  });
  await ann.write('surely this arrives');
  assert.match(await ann.page.evaluate(() => window.firstForm), /surely this arrives/);
  await ann.firm('surely this arrives').waitFor();
  await until(async () => (await ann.draft('surely').count()) === 0, 'the draft to be gone');
  await bob.firm('surely this arrives').waitFor();
});

test('a failing send says so; the retry delivers it once', async () => {
  await shareRoom('Failures');
  await ann.watch.allowing(lostNetwork, async () => {
    await ann.context.setOffline(true);
    await ann.page.getByText('You are offline.').waitFor();
    await ann.write('into the void');
    const failed = ann.draft('into the void');
    await failed.getByText('Not sent').waitFor();
    await picture(ann.page, 'failed-send');
    await ann.context.setOffline(false);
    await ann.page.getByText('You are offline.').waitFor({ state: 'detached' });
    await failed.getByRole('button', { name: 'Retry' }).click();
    await ann.firm('into the void').waitFor();
  });
  await bob.firm('into the void').waitFor();
  await ann.write('the next one');
  await bob.firm('the next one').waitFor();
  assert.equal(await bob.firm('into the void').count(), 1);
  assert.equal(await ann.firm('into the void').count(), 1);
});

test('what was said while offline is there after reconnecting, in order and once', async () => {
  await shareRoom('Recovery');
  await ann.watch.allowing(lostNetwork, async () => {
    await ann.context.setOffline(true);
    await ann.page.getByText('You are offline.').waitFor();
    for (let number = 1; number <= 5; number += 1) {
      await bob.write(`missed ${number}`);
      await bob.firm(`missed ${number}`).waitFor();
    }
    await ann.context.setOffline(false);
    await ann.firm('missed 5').waitFor();
  });
  const texts = await ann.page.locator('.message[data-offset] .message-text').allTextContents();
  assert.deepEqual(texts, [1, 2, 3, 4, 5].map((number) => `missed ${number}`));
  // What came into view while it was caught up is read.
  await ann.roomLink('Recovery').getByText('unread').waitFor({ state: 'detached' });
});

test('a room that is not open counts its unread messages until it is read', async () => {
  await shareRoom('Read');
  await ann.createRoom('Elsewhere', []);
  await ann.roomHeading('Elsewhere').waitFor();
  await bob.write('one');
  await bob.write('two');
  await ann.roomLink('Read').getByText('2 unread messages').waitFor();
  await until(async () => /^\([1-9]/.test(await ann.page.title()), 'the count in the title');
  await picture(ann.page, 'unread');
  const told = ann.page.waitForResponse((response) => response.request().method() === 'PUT' && response.url().endsWith('/read'));
  await ann.openRoom('Read');
  await ann.page.getByText('New messages').waitFor();
  await ann.roomLink('Read').getByText('unread').waitFor({ state: 'detached' });
  assert.equal((await told).status(), 200);
  await ann.page.goto(`${base}/#/rooms`);
  await ann.page.reload();
  await ann.roomLink('Read').waitFor();
  assert.equal(await ann.roomLink('Read').getByText('unread').count(), 0);
});

test('what was read right before the page is left stays read', async () => {
  await shareRoom('Left');
  await ann.createRoom('Another', []);
  await ann.roomHeading('Another').waitFor();
  await bob.write('a last word');
  await ann.roomLink('Left').getByText('1 unread message').waitFor();
  const { token } = await logIn(ann.username);
  await ann.openRoom('Left');
  await ann.roomLink('Left').getByText('unread').waitFor({ state: 'detached' });
  await ann.page.goto('about:blank');
  try {
    await until(async () => {
      const { items } = await rest('GET', '/rooms', { token });
      return items.find((room) => room.name === 'Left').unread === 0;
    }, 'the room to be read');
  } finally {
    await ann.page.goto(base);
    await ann.roomLink('Left').waitFor();
  }
});

test('older messages come by scrolling up, without holes, doubles or jumps', async () => {
  const writer = await register('writer');
  const body = { name: 'Long room', members: [ann.username] };
  const room = await rest('POST', '/rooms', { body, token: writer.token });
  for (let number = 1; number <= 120; number += 1) {
    const text = `line ${number}.`;
    await rest('POST', `/rooms/${room.id}/messages`, { body: { text }, token: writer.token });
  }
  const { page } = ann;
  await ann.openRoom('Long room');
  await page.reload();
  await ann.roomHeading('Long room').waitFor();
  await ann.firm('line 120.').waitFor();
  await until(() => ann.firm('line 120.').isVisible(), 'the newest message');
  assert.equal(await ann.firm('line 1.').count(), 0);
  const shown = await page.locator('.message[data-offset]').count();
  assert.ok(shown < 120);
  const list = page.getByRole('region', { name: 'Messages in Long room' });
  // Reading on must not move what is being read: compare the place of one message before and after.
  await list.evaluate((element) => (element.scrollTop = 300));
  const anchor = page.locator('.message[data-offset]').nth(6);
  const offset = await anchor.getAttribute('data-offset');
  const place = () =>
    list.evaluate(
      (element, wanted) => {
        const top = (part) => part.getBoundingClientRect().top;
        return top(element.querySelector(`[data-offset="${wanted}"]`)) - top(element);
      },
      offset,
    );
  const before = await place();
  await until(async () => (await page.locator('.message[data-offset]').count()) > shown, 'an older page');
  assert.ok(Math.abs((await place()) - before) < 3, `moved from ${before} to ${await place()}`);
  await until(async () => {
    await list.evaluate((element) => (element.scrollTop = 0));
    return (await ann.firm('line 1.').count()) === 1;
  }, 'the first message');
  const texts = await page.locator('.message[data-offset] .message-text').allTextContents();
  assert.deepEqual(texts, Array.from({ length: 120 }, (_, index) => `line ${index + 1}.`));
  await page.getByText('This is where the room begins.').waitFor();
  await page.getByRole('button', { name: 'To the latest messages' }).click();
  await until(() => ann.firm('line 120.').isVisible(), 'the end');
});

test('a new message does not pull somebody who reads further up', async () => {
  const { page } = ann;
  await ann.openRoom('Long room');
  const list = page.getByRole('region', { name: 'Messages in Long room' });
  await ann.firm('line 120.').waitFor();
  await until(async () => {
    await list.evaluate((element) => (element.scrollTop = 500));
    return page.getByRole('button', { name: 'To the latest messages' }).isVisible();
  }, 'being away from the end');
  const before = await list.evaluate((element) => element.scrollHeight - element.scrollTop);
  const id = new URL(page.url()).hash.split('/')[2];
  const self = await logIn(ann.username);
  await rest('POST', `/rooms/${id}/messages`, { body: { text: 'from another device' }, token: self.token });
  await ann.firm('from another device').waitFor({ state: 'attached' });
  const after = await list.evaluate((element) => element.scrollHeight - element.scrollTop);
  assert.ok(after > before, 'the list jumped to the end');
});

test('message text stays text', async () => {
  await shareRoom('Markup');
  const text = '<img src=x onerror="window.hurt=1"><b>bold</b> & https://example.com/a.';
  await ann.write(text);
  await bob.firm('bold').waitFor();
  assert.equal(await bob.firm('bold').locator('.message-text').textContent(), text);
  assert.equal(await bob.page.locator('.message-text img, .message-text b').count(), 0);
  assert.equal(await bob.page.evaluate(() => window.hurt), undefined);
  assert.equal(await bob.firm('bold').getByRole('link').getAttribute('href'), 'https://example.com/a');
});

test('Shift+Enter makes a new line, Escape closes a dialog and focus returns', async () => {
  await shareRoom('Keys');
  const { page } = ann;
  const box = page.getByRole('textbox', { name: /^Message to/ });
  await box.focus();
  await page.keyboard.type('first');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second');
  await page.keyboard.press('Enter');
  await bob.firm('first').waitFor();
  assert.equal(await bob.firm('first').locator('.message-text').textContent(), 'first\nsecond');
  const button = page.getByRole('button', { name: 'Room details' });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(await button.evaluate((element) => element === document.activeElement));
});

test('a dialog is open before the next key, and can be opened again after the browser closed it', async () => {
  await shareRoom('Dialogs');
  const { page } = ann;
  const button = page.getByRole('button', { name: 'Room details' });
  // Both in one task of the page: nothing was painted between the click and the look.
  const open = await button.evaluate(async (element) => {
    element.click();
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
    return document.querySelector('dialog')?.open;
  });
  assert.equal(open, true);
  await page.getByRole('dialog').evaluate((element) => element.close());
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await button.click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('the owner renames the room, adds, removes and deletes; everybody sees it', async () => {
  const carl = await register('carl');
  await shareRoom('Old name');
  const { page } = ann;
  await page.getByRole('button', { name: 'Room details' }).click();
  const sheet = page.getByRole('dialog', { name: 'Room details' });
  await sheet.getByLabel('Room name').fill('New name');
  await sheet.getByRole('button', { name: 'Rename' }).click();
  await bob.roomHeading('New name').waitFor();
  await sheet.getByLabel('Add a member').fill(carl.username);
  await sheet.getByRole('button', { name: 'Add', exact: true }).click();
  await sheet.getByRole('listitem').filter({ hasText: carl.username }).waitFor();
  await picture(page, 'room-details');
  await sheet.getByRole('button', { name: `Remove ${bob.username}` }).click();
  await page.getByRole('dialog', { name: 'Remove' }).getByRole('button', { name: 'Remove', exact: true }).click();
  await bob.page.getByText('You are no longer in “New name”.').waitFor();
  await bob.roomLink('New name').waitFor({ state: 'detached' });
  await sheet.getByRole('button', { name: 'Delete room' }).click();
  await page.getByRole('dialog', { name: 'Delete room' }).getByRole('button', { name: 'Delete room' }).click();
  await ann.roomLink('New name').waitFor({ state: 'detached' });
});

test('a member leaves', async () => {
  await shareRoom('Passing');
  const { page } = bob;
  await page.getByRole('button', { name: 'Room details' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave room' }).click();
  await page.getByRole('dialog', { name: 'Leave room' }).getByRole('button', { name: 'Leave room' }).click();
  await bob.roomLink('Passing').waitFor({ state: 'detached' });
  await ann.page.getByText(`${bob.username} left`).waitFor();
});

test('a link to a room one is not in says so', async () => {
  const stranger = await register('stranger');
  const room = await rest('POST', '/rooms', { body: { name: 'Closed' }, token: stranger.token });
  await ann.watch.allowing(/status of 40[34]/, async () => {
    await ann.page.goto(`${base}/#/rooms/${room.id}`);
    await ann.page.getByText('This room does not exist, or you are not a member of it.').waitFor();
  });
});

test('anybody reads a public room by its link and may join; a guest reads only', async (t) => {
  const host = await register('host');
  const room = await rest('POST', '/rooms', { body: { name: 'Foyer', kind: 'public' }, token: host.token });
  await rest('POST', `/rooms/${room.id}/messages`, { body: { text: 'Welcome all' }, token: host.token });
  await ann.page.goto(`${base}/#/rooms`);
  await ann.page.reload();
  await ann.page.getByRole('list', { name: 'Public rooms' }).getByText('Foyer', { exact: true }).first().click();
  await ann.firm('Welcome all').waitFor();
  await ann.page.getByRole('button', { name: 'Join' }).click();
  await ann.page.getByRole('button', { name: 'Join' }).waitFor({ state: 'detached' });
  await ann.write('Glad to be here');
  const guest = await Person.open(browser, 'guest');
  t.after(() => guest.close());
  await guest.page.goto(`${base}/#/rooms/${room.id}`);
  await guest.page.getByRole('button', { name: 'Continue as a guest' }).click();
  await guest.firm('Glad to be here').waitFor();
  await guest.page.getByText('Guests can read this room, but not write in it.').waitFor();
  assert.equal(await guest.page.getByRole('textbox', { name: /^Message to/ }).count(), 0);
  await ann.write('Can you see this?');
  await guest.firm('Can you see this?').waitFor();
  guest.watch.check();
});
