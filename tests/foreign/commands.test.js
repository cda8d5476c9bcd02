import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, offsetsOf, range, reaches } from './support/client.js';
import { Person } from './support/rest.js';
import { until } from './support/wait.js';

const clients = [];
let ann;
let bob;
let room;
let channel;

before(async () => {
  ann = await Person.register('ann');
  bob = await Person.register('bob');
  room = await ann.createRoom('commands', [bob]);
  channel = `room:${room.id}`;
});

after(() => clients.forEach((client) => client.close()));

async function connect(person) {
  const client = new Client(person);
  clients.push(client);
  return client.connect();
}

test('rpc sends a message once per key', async () => {
  const client = await connect(ann);
  const feed = await client.followed(channel);
  const data = { room_id: room.id, text: 'by rpc', key: 'only-once' };
  const first = (await client.sdk.rpc('message.send', data)).data;
  const second = (await client.sdk.rpc('message.send', data)).data;
  assert.ok(first.offset > 0);
  assert.equal(second.offset, first.offset);
  assert.equal(second.duplicate, true);
  assert.notEqual(first.duplicate, true);
  const third = (await client.sdk.rpc('message.send', { ...data, key: 'another' })).data;
  await reaches(feed, third.offset);
  assert.deepEqual(offsetsOf(feed), [first.offset, third.offset]);
});

test('rpc lists rooms', async () => {
  const client = await connect(bob);
  const { data } = await client.sdk.rpc('room.list', {});
  assert.ok(data.items.some((item) => item.id === room.id && item.name === 'commands'));
});

test('rpc refuses what it does not know or understand', async () => {
  const client = await connect(ann);
  await assert.rejects(client.sdk.rpc('no.such.method', {}), { code: 104 });
  await assert.rejects(client.sdk.rpc('message.send', { room_id: room.id, text: '' }), { code: 107 });
  assert.equal(client.sdk.state, 'connected');
});

test('history pages forwards and backwards through everything', async () => {
  const own = await ann.createRoom('history', [bob]);
  for (let number = 1; number <= 7; number += 1) await ann.say(own.id, `line ${number}`);
  const client = await connect(bob);
  const { subscription } = await client.followed(`room:${own.id}`);
  const position = await subscription.history({ limit: 0 });
  assert.ok(position.offset >= 7);
  assert.equal(position.publications.length, 0);
  const { epoch, offset: head } = position;
  const forwards = [];
  for (let after = 0; after < head; after = forwards.at(-1)) {
    const page = await subscription.history({ limit: 3, since: { offset: after, epoch } });
    assert.ok(page.publications.length > 0 && page.publications.length <= 3);
    forwards.push(...page.publications.map((publication) => publication.offset));
  }
  assert.deepEqual(forwards, range(1, head));
  const backwards = await subscription.history({ limit: 3, reverse: true });
  assert.deepEqual(backwards.publications.map((publication) => publication.offset), [head, head - 1, head - 2]);
  assert.deepEqual(backwards.publications.map((publication) => publication.data.text), ['line 7', 'line 6', 'line 5']);
});

test('presence shows who is in the room, each connection once, until it ends', async () => {
  const own = await ann.createRoom('presence', [bob]);
  const name = `room:${own.id}`;
  const [one, two, three] = [await connect(ann), await connect(bob), await connect(bob)];
  const feed = await one.followed(name);
  await two.followed(name);
  await three.followed(name);
  const { clients: present } = await feed.subscription.presence();
  assert.deepEqual(Object.keys(present).sort(), [one.id, two.id, three.id].sort());
  assert.equal(present[one.id].user, String(ann.id));
  assert.equal(present[two.id].user, String(bob.id));
  assert.deepEqual(await feed.subscription.presenceStats(), { numClients: 3, numUsers: 2 });
  three.close();
  await until(async () => (await feed.subscription.presenceStats()).numClients === 2, 'the third to be gone');
});

test('join and leave are told to those who ask for them', async () => {
  const own = await ann.createRoom('doors', [bob]);
  const watcher = await connect(ann);
  const feed = watcher.follow(`room:${own.id}`, { joinLeave: true });
  const seen = [];
  feed.subscription.on('join', (context) => seen.push(['join', context.info.client]));
  feed.subscription.on('leave', (context) => seen.push(['leave', context.info.client]));
  await until(() => feed.subscribed.length === 1, 'the subscription');
  const visitor = await connect(bob);
  const { subscription } = await visitor.followed(`room:${own.id}`);
  await until(() => seen.some(([what, who]) => what === 'join' && who === visitor.id), 'the join');
  subscription.unsubscribe();
  await until(() => seen.some(([what, who]) => what === 'leave' && who === visitor.id), 'the leave');
});
