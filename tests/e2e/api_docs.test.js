import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, launch, picture } from './support/browser.js';
import { register } from './support/rest.js';
import { Watch } from './support/watch.js';

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

/** A page of the viewer, with what is watched on it: policy violations, foreign requests and errors. */
async function openDocs(t, path) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  t.after(() => context.close());
  context.setDefaultTimeout(30_000);
  const watch = Watch.on(context);
  const page = await context.newPage();
  const answer = await page.goto(base + path);
  return { page, watch, policy: answer.headers()['content-security-policy'] };
}

/** Executes an operation that is open; answers the status that the viewer shows. */
async function execute(operation) {
  await operation.getByRole('button', { name: 'Execute' }).click();
  const row = operation.locator('.live-responses-table tbody tr.response').first();
  await row.waitFor();
  return (await row.locator('.response-col_status').innerText()).trim().split(/\s/)[0];
}

for (const path of ['/api/docs', '/api/auth/swagger/index.html']) {
  test(`the viewer at ${path} shows the document and asks the server`, async (t) => {
    const { page, watch, policy } = await openDocs(t, path);
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe/);
    await page.getByRole('heading', { name: /^callboard/ }).waitFor();
    const operation = page.locator('#operations-operations-tellAlive');
    await operation.getByRole('button', { name: /livez/ }).first().click();
    assert.equal(await execute(operation), '200');
    await operation.getByText('"alive"').first().waitFor();
    await picture(page, `api${path.replaceAll('/', '-')}`);
    watch.check();
  });
}

test('the viewer asks with an access token', async (t) => {
  const { username, token } = await register('reader');
  const { page, watch } = await openDocs(t, '/api/docs');
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const dialog = page.locator('.dialog-ux');
  await dialog.getByLabel('auth-bearer-value').fill(token);
  await dialog.getByRole('button', { name: 'Apply credentials' }).first().click();
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  const operation = page.locator('#operations-users-showSelf');
  await operation.getByRole('button', { name: /users.*me/ }).first().click();
  assert.equal(await execute(operation), '200');
  await operation.locator('.live-responses-table').getByText(`"${username}"`).first().waitFor();
  await picture(page, 'api-docs-authorized');
  watch.check();
});
