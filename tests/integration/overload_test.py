"""More messages than can be committed: what is taken is kept, the rest is refused at once, and memory stays bounded.

The store is held by another writer, so that nothing can be committed: which machine this is does not matter."""

import asyncio
import contextlib
import json
import pathlib
import re
import sqlite3
import time

import pytest

from support.centrifuge import Client
from support.metrics import figure
from support.people import People
from support.rest import Rest, expect

CONNECTIONS = 24
EACH = 400  # below --unanswered-commands, past which a socket is not read
TEXT = "x" * 2000
AT_ONCE = 20  # messages in a frame
FIRST = 4096  # messages that may be under way before the server has seen how fast it is
KIB_EACH = 16  # of a message under way, with all that belongs to it


def resident_kib(server):
    """The server's memory."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


@contextlib.contextmanager
def held(server):
    """Nobody else can write to the store meanwhile."""
    holder = sqlite3.connect(server.database(), isolation_level=None, timeout=10)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


async def send_many(client, room, name):
    """Sends all of a connection's messages; the futures of their replies, by key."""
    replies = {}
    for start in range(0, EACH, AT_ONCE):
        frame = []
        for number in range(start, start + AT_ONCE):
            key = f"{name}-{number}"
            data = {"text": TEXT, "key": key}
            command, replies[key] = client.command("publish", {"channel": f"room:{room}", "data": data})
            frame.append(json.dumps(command))
        await client.send_text("\n".join(frame))
    return replies


@pytest.fixture
def crowd(own_server):
    """A server, and what is needed to send to it: a room of one's own for each."""
    server = own_server()
    people = People(server).users(CONNECTIONS)
    return server, people, [person.room("crowded")["id"] for person in people]


async def test_what_cannot_be_committed_in_time_is_refused_at_once(crowd):
    """Over WebSocket 111, over REST 503 with Retry-After, both while those before wait; who was not refused is answered,
    and no other message is stored."""
    server, people, rooms = crowd
    clients = await asyncio.gather(*(Client.open(server, person.token) for person in people))
    before = resident_kib(server)
    with held(server):
        sent = await asyncio.gather(
            *(send_many(client, room, number) for number, (client, room) in enumerate(zip(clients, rooms)))
        )
        replies = {key: reply for each in sent for key, reply in each.items()}
        # All but those under way are answered although nothing was committed.
        refusals = len(replies) - FIRST
        deadline = time.monotonic() + 60
        while sum(reply.done() for reply in replies.values()) < refusals:
            assert time.monotonic() < deadline, "what was offered waits"
            await asyncio.sleep(0.01)
        most = resident_kib(server)
        refused = {key: reply.result()["error"] for key, reply in replies.items() if reply.done()}
        assert all(error["code"] == 111 and error["temporary"] is True for error in refused.values())
        assert await asyncio.to_thread(figure, Rest(server.url), "callboard_messages_under_way") == FIRST
        assert await asyncio.to_thread(figure, Rest(server.url), "callboard_messages_refused_total") == refusals
        answer = await asyncio.to_thread(
            people[0].rest.post, f"/rooms/{rooms[0]}/messages", {"text": "one more", "key": "by-rest"}
        )
        assert answer.status_code == 503 and answer.json()["code"] == "overloaded"
        assert int(answer.headers["Retry-After"]) >= 1
        # What writes nothing goes on.
        expect(await asyncio.to_thread(people[0].rest.get, "/users/me"), 200)
    taken = {key: reply for key, reply in replies.items() if key not in refused}
    outcomes = await asyncio.wait_for(asyncio.gather(*taken.values()), 60)
    assert len(taken) == FIRST and not [each for each in outcomes if "error" in each]
    stored = sqlite3.connect(server.database()).execute("SELECT client_key FROM room_events WHERE kind = 0")
    assert sorted(key for (key,) in stored) == sorted(taken)
    assert most - before < FIRST * KIB_EACH
    # Afterwards there is room again.
    assert await asyncio.to_thread(figure, Rest(server.url), "callboard_messages_under_way") == 0
    people[0].say(rooms[0], "one more", key="by-rest")
    for client in clients:
        await client.close()
