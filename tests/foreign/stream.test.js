import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Client, offsetsOf, range, reaches } from './support/client.js';
import { randomFrom } from './support/random.js';
import { Person } from './support/rest.js';
import { until } from './support/wait.js';

const clients = [];
let ann;
let bob;

before(async () => {
  ann = await Person.register('ann');
  bob = await Person.register('bob');
});

after(() => clients.forEach((client) => client.close()));

async function connect(person) {
  const client = new Client(person);
  clients.push(client);
  return client.connect();
}

test('connects with a token from getToken and is told who it is', async () => {
  const client = await connect(ann);
  assert.equal(client.tokensAsked, 1);
  assert.notEqual(client.id, '');
  assert.equal(client.sdk.state, 'connected');
});

test('publications of several senders arrive once, in one order for everybody', async () => {
  const room = await ann.createRoom('order', [bob]);
  const [one, two] = [await connect(ann), await connect(bob)];
  const [feed, other] = [await one.followed(`room:${room.id}`), await two.followed(`room:${room.id}`)];
  const start = feed.subscribed[0].streamPosition.offset;
  assert.equal(other.subscribed[0].streamPosition.offset, start);
  const sends = [];
  for (let number = 0; number < 40; number += 1) {
    const from = number % 2 === 0 ? feed : other;
    sends.push(from.subscription.publish({ text: `line ${number}` }));
  }
  await Promise.all(sends);
  await Promise.all([reaches(feed, start + 40), reaches(other, start + 40)]);
  assert.deepEqual(offsetsOf(feed), range(start + 1, start + 40));
  assert.deepEqual(offsetsOf(other), offsetsOf(feed));
  const texts = feed.publications.map((publication) => publication.data.text);
  assert.deepEqual(other.publications.map((publication) => publication.data.text), texts);
  // Each sender's own lines keep their order.
  for (const parity of [0, 1]) {
    const own = texts.filter((text) => Number(text.slice(5)) % 2 === parity);
    assert.deepEqual(own, range(0, 19).map((index) => `line ${index * 2 + parity}`));
  }
});

test('a publication tells its author, time and text', async () => {
  const room = await ann.createRoom('shape', [bob]);
  const client = await connect(bob);
  const feed = await client.followed(`room:${room.id}`);
  await feed.subscription.publish({ text: 'Привет 👋', key: 'k1' });
  const [publication] = await until(() => feed.publications.length > 0 && feed.publications, 'the publication');
  assert.equal(publication.data.type, 'message');
  assert.equal(publication.data.text, 'Привет 👋');
  assert.equal(publication.data.key, 'k1');
  assert.deepEqual(publication.data.user, { id: bob.id, username: bob.username });
  assert.equal(publication.info.user, String(bob.id));
  assert.ok(Math.abs(Date.now() - Date.parse(publication.data.created_at)) < 60_000);
});

test('after every loss of the socket the stream goes on without a gap or a double', async () => {
  const seed = randomBytes(4).readUInt32LE();
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  const room = await ann.createRoom('recovery', [bob]);
  const client = await connect(bob);
  const feed = await client.followed(`room:${room.id}`);
  const start = feed.subscribed[0].streamPosition.offset;
  let head = start;
  const said = [];
  const say = async (text) => {
    const { offset } = await ann.say(room.id, text);
    head = offset;
    said.push(text);
  };
  for (let round = 0; round < 6; round += 1) {
    for (let number = random(4); number > 0; number -= 1) await say(`round ${round} before ${number}`);
    if (random(2) === 0) await reaches(feed, head);
    client.network.cut();
    await until(() => client.sdk.state === 'connecting', 'the client to notice the loss');
    for (let number = 1 + random(12); number > 0; number -= 1) await say(`round ${round} meanwhile ${number}`);
    client.network.restore();
    // Some are said while the client recovers.
    for (let number = random(6); number > 0; number -= 1) await say(`round ${round} racing ${number}`);
    await reaches(feed, head);
  }
  assert.deepEqual(offsetsOf(feed), range(start + 1, head));
  assert.deepEqual(feed.publications.map((publication) => publication.data.text), said);
  const recoveries = feed.subscribed.slice(1);
  assert.equal(recoveries.length, 6);
  assert.ok(recoveries.every((context) => context.wasRecovering && context.recovered));
});

test('a backlog of many pages is recovered whole, with live messages behind it', async () => {
  const room = await ann.createRoom('backlog', [bob]);
  const reader = await connect(bob);
  const writer = await connect(ann);
  const feed = await reader.followed(`room:${room.id}`);
  const mine = await writer.followed(`room:${room.id}`);
  const start = feed.subscribed[0].streamPosition.offset;
  reader.network.cut();
  await until(() => reader.sdk.state === 'connecting', 'the reader to notice the loss');
  const long = 'x'.repeat(2000);
  for (let batch = 0; batch < 10; batch += 1) {
    await Promise.all(range(1, 20).map(() => mine.subscription.publish({ text: long })));
  }
  reader.network.restore();
  for (let number = 0; number < 20; number += 1) await mine.subscription.publish({ text: `live ${number}` });
  await reaches(feed, start + 220);
  assert.deepEqual(offsetsOf(feed), range(start + 1, start + 220));
});

test('a subscription can start at any known position', async () => {
  const room = await ann.createRoom('since', [bob]);
  for (let number = 1; number <= 5; number += 1) await ann.say(room.id, `line ${number}`);
  const { last_offset: head, epoch } = await bob.get(`/rooms/${room.id}/messages`);
  const client = await connect(bob);
  const feed = await client.followed(`room:${room.id}`, { since: { offset: head - 3, epoch } });
  await reaches(feed, head);
  assert.deepEqual(offsetsOf(feed), range(head - 2, head));
});
