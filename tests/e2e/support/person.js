import { base } from './browser.js';
import { freshName, password } from './rest.js';
import { Watch } from './watch.js';

/** A telephone in the dark, whose owner reads Russian. */
export const russianPhone = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
  colorScheme: 'dark',
  locale: 'ru-RU',
};

/** Somebody with a browser of their own: one context, one page, and the faults seen in it. */
export class Person {
  static async open(browser, name, options = {}) {
    const person = new Person();
    person.username = freshName(name);
    person.context = await browser.newContext({
      viewport: { width: 1200, height: 800 },
      locale: 'en-GB',
      colorScheme: 'light',
      ...options,
    });
    person.context.setDefaultTimeout(30_000);
    person.watch = Watch.on(person.context);
    person.page = await person.context.newPage();
    return person;
  }

  async signUp() {
    const { page } = this;
    await page.goto(`${base}/#/signup`);
    await page.getByLabel('Username').fill(this.username);
    await page.getByLabel('E-mail').fill(`${this.username}@example.com`);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
  }

  async signIn(username = this.username) {
    const { page } = this;
    await page.goto(`${base}/#/signin`);
    await page.getByLabel('Username or e-mail').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
  }

  async signInInRussian(username) {
    const { page } = this;
    await page.goto(`${base}/#/signin`);
    await page.getByLabel('Имя пользователя или почта').fill(username);
    await page.getByLabel('Пароль', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
  }

  async createRoom(name, members) {
    const { page } = this;
    await page.getByRole('button', { name: 'New room' }).click();
    await page.getByLabel('Room name').fill(name);
    for (const member of members) {
      await page.getByLabel('Members', { exact: true }).fill(member);
      await page.keyboard.press('Enter');
    }
    await page.getByRole('button', { name: 'Create room' }).click();
  }

  /** The link of a room in the list. */
  roomLink(name) {
    const list = this.page.getByRole('list', { name: 'Rooms', exact: true });
    return list.getByRole('link').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** The heading of the room that is open. */
  roomHeading(name) {
    return this.page.getByRole('heading', { level: 1, name });
  }

  async openRoom(name) {
    await this.roomLink(name).click();
    await this.roomHeading(name).waitFor();
  }

  async write(text) {
    await this.page.getByRole('textbox', { name: /^Message to/ }).fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** A message the server has confirmed. */
  firm(text) {
    return this.page.locator('.message[data-offset]').filter({ hasText: text });
  }

  /** A message on its way or failed. */
  draft(text) {
    return this.page.locator('.message.draft').filter({ hasText: text });
  }

  close() {
    return this.context.close();
  }
}
