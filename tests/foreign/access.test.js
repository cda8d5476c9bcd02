import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, offsetsOf, reaches } from './support/client.js';
import { Person } from './support/rest.js';
import { until, within } from './support/wait.js';

const clients = [];
let ann;
let bob;

before(async () => {
  ann = await Person.register('ann');
  bob = await Person.register('bob');
});

after(() => clients.forEach((client) => client.close()));

function makeClient(person, options) {
  const client = new Client(person, options);
  clients.push(client);
  return client;
}

test('the token is refreshed in band: the connection stays and so do its subscriptions', async () => {
  const room = await ann.createRoom('refresh', []);
  const original = globalThis.setTimeout;
  let hurried = 0;
  // The SDK refreshes when the server's ttl (minutes) has passed: let its first long timer fire at once.
  globalThis.setTimeout = (callback, delay, ...rest) => {
    const long = delay > 60_000 && hurried === 0;
    if (long) hurried += 1;
    return original(callback, long ? 1 : delay, ...rest);
  };
  try {
    const client = makeClient(ann);
    await client.connect();
    const { id } = client;
    const feed = await client.followed(`room:${room.id}`);
    await until(() => client.tokensAsked === 2, 'a second token to be asked for');
    await feed.subscription.publish({ text: 'after the refresh' });
    await until(() => feed.publications.length === 1, 'the message');
    assert.equal(hurried, 1);
    assert.equal(client.id, id);
    assert.deepEqual(client.states, ['connecting', 'connected']);
    assert.equal(feed.subscribed.length, 1);
  } finally {
    globalThis.setTimeout = original;
  }
});

test('an invalid token ends the connection for good', async () => {
  const client = makeClient(ann, { getToken: null, token: 'no.such.token' });
  client.sdk.connect();
  const { code } = await until(() => client.disconnected, 'the refusal');
  assert.equal(code, 3500);
  assert.equal(client.sdk.state, 'disconnected');
});

test('a removed member is unsubscribed with code 2000, stays so, and hears nothing more', async () => {
  const room = await ann.createRoom('removal', [bob]);
  const channel = `room:${room.id}`;
  const [owner, member] = [await makeClient(ann).connect(), await makeClient(bob).connect()];
  const [mine, theirs] = [await owner.followed(channel), await member.followed(channel)];
  await mine.subscription.publish({ text: 'while you are here' });
  await until(() => theirs.publications.length === 1, 'the first message');
  await ann.removeMember(room.id, bob);
  const [ended] = await until(() => theirs.unsubscribed.length > 0 && theirs.unsubscribed, 'the removal');
  assert.equal(ended.code, 2000);
  const { offset } = await ann.say(room.id, 'without you');
  await reaches(mine, offset);
  // A command answered after the message was sent: whatever the server had for the member has come by then.
  await member.sdk.rpc('room.list', {});
  assert.equal(theirs.subscription.state, 'unsubscribed');
  assert.ok(!theirs.publications.some((publication) => publication.data.text === 'without you'));
  assert.equal(theirs.subscribed.length, 1);
  assert.equal(member.sdk.state, 'connected');
  await assert.rejects(member.sdk.publish(channel, { text: 'still here?' }), { code: 103 });
});

test('losing the socket does not bring a removed member back', async () => {
  const room = await ann.createRoom('removed while away', [bob]);
  const member = await makeClient(bob).connect();
  const feed = await member.followed(`room:${room.id}`);
  const before = offsetsOf(feed);
  member.network.cut();
  await until(() => member.sdk.state === 'connecting', 'the member to notice the loss');
  await ann.removeMember(room.id, bob);
  await ann.say(room.id, 'without you');
  member.network.restore();
  const [ended] = await until(() => feed.unsubscribed.length > 0 && feed.unsubscribed, 'the refusal');
  assert.equal(ended.code, 103);
  assert.deepEqual(offsetsOf(feed), before);
});

test('foreign rooms, unknown channels and personal channels of others are refused', async () => {
  const room = await ann.createRoom('private', []);
  const client = await makeClient(bob).connect();
  const refusals = [
    [`room:${room.id}`, 103],
    [`user:${ann.id}`, 103],
    [`user:${bob.id}`, 105],
    ['room:999999999', [102, 103]],
    ['nonsense', 102],
  ];
  for (const [channel, codes] of refusals) {
    const feed = client.follow(channel);
    const [ended] = await until(() => feed.unsubscribed.length > 0 && feed.unsubscribed, `refusal of ${channel}`);
    assert.ok([codes].flat().includes(ended.code), `${channel}: ${ended.code}`);
  }
  assert.equal(client.sdk.state, 'connected');
});

test('the personal channel is there from the start and tells of a new room', async () => {
  const client = makeClient(bob);
  const personal = [];
  client.sdk.on('publication', (context) => personal.push(context));
  await client.connect();
  const room = await ann.createRoom('invitation', [bob]);
  const tells = ({ data }) => data.type === 'room.added' && data.room.id === room.id;
  const added = await until(() => personal.find(tells), 'room.added');
  assert.equal(added.channel, `user:${bob.id}`);
  assert.equal(added.data.room.name, 'invitation');
  await within(client.sdk.rpc('room.list', {}), 'the list');
});
