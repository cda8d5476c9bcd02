import assert from 'node:assert/strict';
import { base } from './browser.js';

/** Notes of a page's faults: console errors, uncaught errors, policy violations, requests to other hosts. */
export class Watch {
  faults = [];
  #expected = [];

  /** Starts watching a context; pages of it that open later are watched as well. */
  static on(context) {
    const watch = new Watch();
    context.on('page', (page) => watch.#follow(page));
    return watch;
  }

  #follow(page) {
    page.on('pageerror', (error) => this.#note(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text())) {
        this.#note(`console: ${message.text()}`);
      }
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${base}/`) && !url.startsWith('data:')) this.#note(`foreign request: ${url}`);
    });
    page.on('websocket', (socket) => {
      if (!socket.url().startsWith(base.replace(/^http/, 'ws'))) this.#note(`foreign socket: ${socket.url()}`);
    });
  }

  #note(fault) {
    if (!this.#expected.some((pattern) => pattern.test(fault))) this.faults.push(fault);
  }

  /** Lets faults of this form pass while `work` runs: refusals and lost networks that the test itself causes. */
  async allowing(pattern, work) {
    this.#expected.push(pattern);
    try {
      return await work();
    } finally {
      this.#expected.splice(this.#expected.indexOf(pattern), 1);
    }
  }

  /** Fails if there were faults since the last check. */
  check() {
    assert.deepEqual(this.faults.splice(0), []);
  }
}
