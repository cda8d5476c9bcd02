import { Centrifuge } from 'centrifuge';
import { endpoint, Network } from './network.js';
import { until, within } from './wait.js';

/** A person connected with the unchanged SDK, and everything that happened to the connection. */
export class Client {
  states = [];
  disconnected = null;
  tokensAsked = 0;

  constructor(person, options = {}) {
    this.person = person;
    this.network = new Network();
    this.sdk = new Centrifuge(endpoint, {
      websocket: this.network.WebSocket,
      minReconnectDelay: 20,
      maxReconnectDelay: 200,
      timeout: 30_000,
      getToken: async () => {
        this.tokensAsked += 1;
        return this.tokensAsked === 1 ? person.token : person.refresh();
      },
      ...options,
    });
    this.sdk.on('state', (context) => this.states.push(context.newState));
    this.sdk.on('disconnected', (context) => (this.disconnected = context));
    this.sdk.on('connected', (context) => (this.id = context.client));
  }

  async connect() {
    this.sdk.connect();
    await within(this.sdk.ready(), 'connect');
    return this;
  }

  /** Follows a channel and keeps every publication of it in the order of arrival. */
  follow(channel, options = {}) {
    const subscription = this.sdk.newSubscription(channel, { recoverable: true, ...options });
    const feed = { subscription, publications: [], subscribed: [], unsubscribed: [], errors: [] };
    subscription.on('publication', (context) => feed.publications.push(context));
    subscription.on('subscribed', (context) => feed.subscribed.push(context));
    subscription.on('unsubscribed', (context) => feed.unsubscribed.push(context));
    subscription.on('error', (context) => feed.errors.push(context));
    subscription.subscribe();
    return feed;
  }

  async followed(channel, options) {
    const feed = this.follow(channel, options);
    await within(feed.subscription.ready(), `subscribe to ${channel}`);
    return feed;
  }

  close() {
    this.sdk.disconnect();
  }
}

/** Waits until the feed holds an event of this offset. */
export function reaches(feed, offset) {
  return until(() => (feed.publications.at(-1)?.offset ?? 0) >= offset, `offset ${offset} in the feed`, 30_000);
}

export function offsetsOf(feed) {
  return feed.publications.map((publication) => publication.offset);
}

/** first, first + 1, ... last */
export function range(first, last) {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
