"""The server is killed again and again under load: nothing acknowledged is lost, doubled or out of order.

Senders repeat a send with its key until it is acknowledged; readers resume from the last offset they saw. The moments
of the kills come from a seed. In the end the store, the acknowledgements and what every reader saw must agree.
"""

import asyncio
import datetime
import random
import sqlite3
import time

import pytest

from support.centrifuge import Client, Closed, Refused
from support.people import People
from support.rest import expect
from support.server import Server
from support.waiting import until

SENDERS = 20
READERS = 10
ROOMS = 4
REMINDERS = 60
GONE = (Closed, OSError, asyncio.TimeoutError, EOFError)


class Run:
    """What the tasks of one run share."""

    def __init__(self, server, rooms):
        self.server = server
        self.rooms = rooms
        self.done = False
        self.interrupted = 0
        self.acknowledged = {}
        self.connections = 0


async def connected(run, person, connect=None):
    """A connection, tried again until the server is there; None once the run is over and it is not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            client = await Client.open(run.server, person.token, connect=connect)
            run.connections += 1
            return client
        except Refused as error:
            assert error.temporary, f"refused for good: {error}"
        except Exception as error:  # whatever a dying server makes of a handshake
            assert not isinstance(error, Closed) or error.code < 3500, f"closed for good: {error}"
        await asyncio.sleep(0.02)
    raise AssertionError("no connection within 60 s")


async def send_all(run, person, name):
    """Sends numbered messages, each with its key until it is acknowledged, to the end of the run."""
    client = await connected(run, person)
    number = 0
    while not run.done:
        room = run.rooms[number % len(run.rooms)]
        key = f"{name}-{number}"
        while True:
            try:
                answer = await client.rpc("message.send", {"room_id": room, "text": key, "key": key}, deadline=10)
                break
            except Refused as error:
                assert error.temporary, f"{key} refused for good: {error}"
                await asyncio.sleep(0.02)
            except GONE:
                run.interrupted += 1
                await client.close()
                client = await connected(run, person)
        assert key not in run.acknowledged
        run.acknowledged[key] = (room, answer["offset"])
        number += 1
    await client.close()
    return number


async def read_all(run, person, room, final):
    """Follows a room over every connection; ends at the offset that `final` gives. Returns the offsets and texts."""
    seen = []
    while True:
        client = await connected(run, person)
        try:
            position = seen[-1][0] if seen else 0
            reply = await client.subscribe(room, recover=True, offset=position)
            for publication in reply.get("publications", []):
                seen.append((publication["offset"], publication["data"].get("text")))
            taken = 0
            while True:
                live = client.publications(f"room:{room}")
                seen += [(p["offset"], p["data"].get("text")) for p in live[taken:]]
                taken = len(live)
                if final.done() and seen and seen[-1][0] >= final.result()[room]:
                    await client.close()
                    return seen
                if client.close_code is not None:
                    break
                client.changed.clear()
                if len(client.publications(f"room:{room}")) == taken and client.close_code is None:
                    try:
                        await asyncio.wait_for(client.changed.wait(), 0.5)
                    except asyncio.TimeoutError:
                        pass
        except Refused as error:
            assert error.temporary, f"reader refused for good: {error}"
        except GONE:
            pass
        await client.close()


async def hear_reminders(run, person, heard, final):
    """Follows the personal channel over every connection; notes each firing by its offset."""
    position = {"offset": 0, "epoch": ""}
    while True:
        client = await connected(
            run,
            person,
            {"subs": {person.channel: {"recover": True, **{name: value for name, value in position.items() if value}}}},
        )
        included = client.connected["subs"][person.channel]
        publications = list(included.get("publications", []))
        position["epoch"] = included.get("epoch", "")
        taken = 0
        while True:
            live = client.publications(person.channel)
            publications += live[taken:]
            taken = len(live)
            for publication in publications:
                assert (
                    publication["offset"] == position["offset"] + 1
                ), f"personal offset {publication['offset']} after {position['offset']}"
                position["offset"] = publication["offset"]
                if publication["data"]["type"] == "reminder.fired":
                    heard.append((publication["data"]["reminder_id"], publication["data"]["fire_seq"]))
            publications = []
            if final.done() and len(heard) >= final.result():
                await client.close()
                return
            if client.close_code is not None:
                break
            client.changed.clear()
            if len(client.publications(person.channel)) == taken and client.close_code is None:
                try:
                    await asyncio.wait_for(client.changed.wait(), 0.5)
                except asyncio.TimeoutError:
                    pass
        await client.close()


async def kill_at_random(run, generator, kills):
    """Kills and restarts the server at random moments while sends are in flight."""
    for _ in range(kills):
        before = len(run.acknowledged)
        await asyncio.sleep(generator.uniform(0.15, 0.9))
        deadline = time.monotonic() + 60
        while len(run.acknowledged) < before + 5:
            assert time.monotonic() < deadline, "no send is acknowledged any more"
            await asyncio.sleep(0.01)
        run.server.kill()
        await asyncio.to_thread(run.server.start)


def stored_messages(server):
    """Every message of the store: text by (room, offset), and all offsets by room."""
    with sqlite3.connect(f"file:{server.database()}?mode=ro", uri=True) as connection:
        rows = connection.execute('SELECT room_id, "offset", client_key FROM room_events ORDER BY room_id, "offset"')
        offsets, keys = {}, {}
        for room, offset, key in rows:
            offsets.setdefault(room, []).append(offset)
            if key:
                keys.setdefault(key, []).append((room, offset))
        return offsets, keys


async def test_nothing_acknowledged_is_lost_over_kills(tmp_path, seed, soak):
    """20 senders, 10 readers, reminders falling due meanwhile, and SIGKILL at random moments."""
    kills = 200 if soak else 20
    generator = random.Random(seed)
    server = Server(tmp_path / "killed").start()
    try:
        await one_run(server, generator, kills, seed)
    finally:
        server.discard()


async def one_run(server, generator, kills, seed):
    """One run over all the kills, and the comparison in the end."""
    people = People(server)
    owner, *crowd = people.users(1 + SENDERS)
    rooms = [owner.room(f"kill {number}", crowd)["id"] for number in range(ROOMS)]
    run = Run(server, rooms)
    reminders = {}
    for number in range(REMINDERS):
        lead = 6 + generator.uniform(0, kills * 0.9)
        due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=lead)
        made = owner.remind(f"r{number}", due_at=due.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        reminders[made["id"]] = due
    loop = asyncio.get_running_loop()
    final_offsets, final_reminders = loop.create_future(), loop.create_future()
    heard = []
    readers = [
        asyncio.create_task(read_all(run, crowd[number], rooms[number % ROOMS], final_offsets))
        for number in range(READERS)
    ]
    listening = asyncio.create_task(hear_reminders(run, owner, heard, final_reminders))
    senders = [asyncio.create_task(send_all(run, person, f"s{number:02d}")) for number, person in enumerate(crowd)]
    watched = [*readers, listening, *senders]

    killing = asyncio.create_task(kill_at_random(run, generator, kills))
    await asyncio.wait([killing, *watched], return_when=asyncio.FIRST_COMPLETED)
    for task in watched:  # whoever failed first says why
        if task.done():
            task.result()
    await killing

    run.done = True
    sent = sum(await asyncio.gather(*senders))
    last_due = max(reminders.values())
    while datetime.datetime.now(datetime.timezone.utc) < last_due:
        await asyncio.sleep(0.05)
    final_offsets.set_result({room: owner.events(room)["last_offset"] for room in rooms})
    final_reminders.set_result(REMINDERS)
    seen = await asyncio.wait_for(asyncio.gather(*readers), 60)
    await asyncio.wait_for(listening, 60)
    print(
        f"seed {seed}: {kills} kills, {run.interrupted} sends interrupted, {sent} acknowledged, "
        f"{run.connections} connections"
    )

    assert run.interrupted > 0, "no kill hit a send in flight: the run proves nothing"
    assert sent == len(run.acknowledged) >= SENDERS * 5
    await asyncio.to_thread(check_store, server, run, rooms)
    for number, log in enumerate(seen):
        room = rooms[number % ROOMS]
        numbers = [offset for offset, _ in log]
        assert numbers == list(range(1, numbers[-1] + 1)), f"reader {number}, seed {seed}"
        texts = dict(log)
        for key, (where, offset) in run.acknowledged.items():
            if where == room:
                assert texts[offset] == key, f"reader {number}: {key} at {offset}, seed {seed}"
    assert sorted(heard) == sorted((identifier, 1) for identifier in reminders), f"seed {seed}"
    until(lambda: all(item["state"] == "delivered" for item in all_reminders(owner)), 60, "all delivered")
    assert [item["fired_count"] for item in all_reminders(owner)] == [1] * REMINDERS


def all_reminders(person):
    """The person's reminders, delivered ones included."""
    items, cursor = [], ""
    while True:
        page = expect(person.rest.get(f"/reminders?limit=100{cursor}"), 200)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"


def check_store(server, run, rooms):
    """Offsets without holes; each acknowledged key once, where its answer said."""
    offsets, keys = stored_messages(server)
    for room in rooms:
        assert offsets[room] == list(range(1, len(offsets[room]) + 1)), f"room {room}"
    for key, place in run.acknowledged.items():
        assert keys.get(key) == [place], f"{key}: acknowledged at {place}, stored at {keys.get(key)}"
    assert set(keys) == set(run.acknowledged), "something stored was never sent"


def test_a_killed_server_leaves_a_sound_file(own_server):
    """SQLite's own check passes after a kill, and the next start needs no repair."""
    server = own_server()
    person = People(server).user()
    room = person.room("sound")["id"]
    for number in range(50):
        person.say(room, f"m{number}")
    server.kill()
    with sqlite3.connect(server.database()) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    server.start()
    assert [e["text"] for e in person.events(room, "?limit=50")["items"]][-1] == "m49"


@pytest.mark.parametrize("_", range(3))
def test_a_kill_right_after_the_answer_loses_nothing(own_server, _):
    """The acknowledgement of one message, then SIGKILL at once: it is there."""
    server = own_server()
    person = People(server).user()
    room = person.room("at once")["id"]
    sent = person.say(room, "durable", key="k")
    server.kill()
    server.start()
    assert person.events(room)["items"][-1]["offset"] == sent["offset"]
    assert person.say(room, "durable", key="k") == {**sent, "duplicate": True}
