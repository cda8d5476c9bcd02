"""More messages than can be committed: what is taken is kept, the rest is refused at once, and memory stays bounded.

The store is held by another writer, so that nothing can be committed, however fast the machine is."""

import asyncio
import contextlib
import json
import pathlib
import re
import sqlite3
import time

from support.centrifuge import Client
from support.metrics import figure
from support.people import People
from support.rest import Rest, expect
from support.waiting import until

CONNECTIONS = 14
EACH = 400  # below --unanswered-commands, past which a socket is not read
OFFERED = CONNECTIONS * EACH
TEXT = "x" * 2000
AT_ONCE = 25  # messages in a frame, which has its bound
# Messages that may be under way before the server has seen how fast it is; while it sees nothing committed it lets in
# fewer, down to the second number.
FIRST, LEAST = 4096, 1024
# The store waits five seconds for another process that writes.
HELD_SECONDS = 4.0
KIB_EACH = 16  # of a message under way, with all that belongs to it


def resident_kib(server):
    """The server's memory."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


@contextlib.contextmanager
def held(server):
    """Nobody else can write to the store meanwhile."""
    holder = sqlite3.connect(server.database(), isolation_level=None, timeout=60)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


def prepare(client, room, name):
    """A connection's messages, as frames; the futures of their replies, by key."""
    frames, replies = [], {}
    for start in range(0, EACH, AT_ONCE):
        frame = []
        for number in range(start, start + AT_ONCE):
            key = f"{name}-{number}"
            data = {"text": TEXT, "key": key}
            command, replies[key] = client.command("publish", {"channel": f"room:{room}", "data": data})
            frame.append(json.dumps(command))
        frames.append("\n".join(frame))
    return frames, replies


async def send_all(client, frames):
    """One after the other."""
    for frame in frames:
        await client.send_text(frame)


async def offer_too_much(server):
    """More than the server lets in, over WebSocket and REST, while the store is held. None if that took longer than the
    store can be held; else the keys that were taken."""
    people = People(server).users(CONNECTIONS)
    rooms = [person.room("crowded")["id"] for person in people]  # one each
    clients = await asyncio.gather(*(Client.open(server, person.token) for person in people))
    operator = Rest(server.url)
    before = resident_kib(server)

    def under_way():
        return int(figure(operator, "callboard_messages_under_way"))

    offered = [prepare(client, room, number) for number, (client, room) in enumerate(zip(clients, rooms))]
    replies = {key: reply for _, each in offered for key, reply in each.items()}
    with held(server):
        begun = time.monotonic()
        await asyncio.gather(*(send_all(client, frames) for client, (frames, _) in zip(clients, offered)))

        def are_all_in_or_refused():
            """Nobody who is not under way waits, although nothing was committed."""
            return under_way() + sum(reply.done() for reply in replies.values()) == OFFERED

        await asyncio.to_thread(until, are_all_in_or_refused, 60, "an answer to all that is not under way", 0.05)
        most = resident_kib(server)
        refused = {key: reply.result() for key, reply in replies.items() if reply.done()}
        counted = under_way(), int(figure(operator, "callboard_messages_refused_total"))
        answer = await asyncio.to_thread(
            people[0].rest.post, f"/rooms/{rooms[0]}/messages", {"text": "one more", "key": "by-rest"}
        )
        # What writes nothing goes on.
        expect(await asyncio.to_thread(people[0].rest.get, "/users/me"), 200)
        if time.monotonic() - begun > HELD_SECONDS:
            return None
    assert all(reply["error"]["code"] == 111 and reply["error"]["temporary"] is True for reply in refused.values())
    assert LEAST <= counted[0] <= FIRST and counted == (OFFERED - len(refused), len(refused))
    assert answer.status_code == 503 and answer.json()["code"] == "overloaded"
    assert int(answer.headers["Retry-After"]) >= 1
    assert most - before < FIRST * KIB_EACH
    taken = {key: reply for key, reply in replies.items() if key not in refused}
    outcomes = await asyncio.wait_for(asyncio.gather(*taken.values()), 60)
    assert not [each for each in outcomes if "error" in each]
    # Afterwards there is room again.
    await asyncio.to_thread(until, lambda: under_way() == 0, 60, "nothing under way")
    people[0].say(rooms[0], "one more", key="by-rest")
    for client in clients:
        await client.close()
    return {*taken, "by-rest"}


async def test_what_cannot_be_committed_in_time_is_refused_at_once(own_server):
    """Over WebSocket 111, over REST 503 with Retry-After, both while those before wait; who was not refused is answered,
    and no other message is stored."""
    for _ in range(15):  # only on a machine that is very slow more than once
        server = own_server()
        if taken := await offer_too_much(server):
            break
        server.discard()
    else:
        raise AssertionError(f"{OFFERED} messages cannot be offered within {HELD_SECONDS} s")
    stored = sqlite3.connect(server.database()).execute("SELECT client_key FROM room_events WHERE kind = 0")
    assert sorted(key for (key,) in stored) == sorted(taken)
