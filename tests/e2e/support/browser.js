import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** The server under test: an address such as http://127.0.0.1:8080, given by whoever started it. */
export const base = (process.env.CALLBOARD_URL ?? '').replace(/\/$/, '');
if (base === '') throw new Error('CALLBOARD_URL is not set: start a server and give its address');

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch() {
  // Chromium refuses its sandbox to root, as in containers.
  const root = typeof process.getuid === 'function' && process.getuid() === 0;
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: root ? ['--no-sandbox', ...quiet] : quiet,
  });
}

/** Saves a picture of the page into the folder SCREENSHOTS, if it is set. */
export async function picture(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

/** Fails if the page is wider than the screen of a phone. */
export async function fitsPhone(page, name) {
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, name);
}
