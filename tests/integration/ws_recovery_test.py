"""Recovery (protocol.md 1.1): whatever offset a client names, it gets every later event once, in order, and no gap."""

import asyncio
import json
import random

import pytest

from support.centrifuge import Client, offsets, refusal

PAGE = 64 * 1024


async def fill(client, room, count, text=None):
    """Publishes `count` messages in batches of 64."""
    for start in range(0, count, 64):
        replies = await client.replies(
            [
                ("publish", {"channel": f"room:{room}", "data": {"text": text or f"m{number}"}})
                for number in range(start, min(start + 64, count))
            ],
            60,
        )
        assert all("error" not in reply for reply in replies), replies


async def head_of(client, room):
    """The last offset of the room."""
    return (await client.request("history", {"channel": f"room:{room}"})).get("offset", 0)


def whole(reply, client, room):
    """Offsets of the reply's publications and then of the pushes."""
    return offsets(reply.get("publications", [])) + offsets(client.publications(f"room:{room}"))


def check_reply_position(reply, requested):
    """The reply's offset is that of the last publication in it, else the requested one."""
    included = offsets(reply.get("publications", []))
    assert reply.get("offset", 0) == (included[-1] if included else requested)
    assert reply["was_recovering"] is True and reply["recovered"] is True


async def test_reply_offset_is_that_of_the_last_publication_included(people):
    """A short backlog comes in the reply whole."""
    person = people.user()
    room = person.room("short")["id"]
    async with await person.client() as client:
        await fill(client, room, 10)
        head = await head_of(client, room)
        reply = await client.subscribe(room, recover=True, offset=head - 4)
        assert offsets(reply["publications"]) == [head - 3, head - 2, head - 1, head]
        check_reply_position(reply, head - 4)
        assert reply["publications"][-1]["data"] == person.events(room)["items"][-1]


async def test_reply_offset_is_the_requested_one_when_nothing_is_missing(people):
    """At the head there is nothing to include: recovered, no publications, the same offset."""
    person = people.user()
    room = person.room("level")["id"]
    async with await person.client() as client:
        await fill(client, room, 3)
        head = await head_of(client, room)
        reply = await client.subscribe(room, recover=True, offset=head)
        assert not reply.get("publications")
        check_reply_position(reply, head)


async def test_an_absent_offset_means_from_the_beginning(people):
    """recover without offset gives the log from offset 1."""
    person = people.user()
    room = person.room("beginning")["id"]
    async with await person.client() as client:
        await fill(client, room, 5)
        head = await head_of(client, room)
        reply = await client.subscribe(room, recover=True)
        assert offsets(reply["publications"]) == list(range(1, head + 1))
        check_reply_position(reply, 0)


async def test_without_recover_the_offset_is_the_head(people):
    """Also when an offset is named but recover is not."""
    person = people.user()
    room = person.room("head")["id"]
    async with await person.client() as client:
        await fill(client, room, 5)
        reply = await client.subscribe(room, offset=1)
        assert reply["offset"] == await head_of(client, room) and not reply.get("publications")
        assert "recovered" not in reply


@pytest.mark.parametrize("beyond", [1, 1000, 2**62])
async def test_an_offset_beyond_the_head_is_107(people, beyond):
    """The client knows more than the room: refused, not silently moved back."""
    person = people.user()
    room = person.room("beyond")["id"]
    async with await person.client() as client:
        head = await head_of(client, room)
        await refusal(client.subscribe(room, recover=True, offset=head + beyond), 107)
    async with await person.client() as client:
        reply = await client.subscribe(room, recover=True, offset=head)
        check_reply_position(reply, head)


async def test_an_offset_just_committed_is_not_beyond(people):
    """An offset answered on one connection is known to a subscription on another at once."""
    person = people.user()
    room = person.room("race")["id"]
    async with await person.client() as writer:
        for _ in range(50):
            sent = await writer.rpc("message.send", {"room_id": room, "text": "x"})
            async with await person.client() as reader:
                reply = await reader.subscribe(room, recover=True, offset=sent["offset"])
                check_reply_position(reply, sent["offset"])


async def test_reply_goes_out_before_any_push(people, server):
    """While others write, the subscribe reply always precedes the first push of the room, and nothing is missing."""
    person = people.user()
    room = person.room("reply first")["id"]
    order = []

    class Watching(Client):
        """Notes what came first."""

        async def take(self, message):
            order.append(
                "push"
                if "push" in message and message["push"].get("channel") == f"room:{room}"
                else "reply"
                if "subscribe" in message
                else "other"
            )
            await super().take(message)

    async with await person.client() as writer:
        await fill(writer, room, 5)
        stop = asyncio.Event()

        async def write():
            while not stop.is_set():
                await writer.publish(room, "live")

        writing = asyncio.create_task(write())
        for _ in range(20):
            plain = await Client.dial(server)
            plain.__class__ = Watching
            await plain.request("connect", {"token": person.token})
            order.clear()
            reply = await plain.subscribe(room, recover=True, offset=1)
            await plain.until(lambda: plain.publications(f"room:{room}"))
            assert order.index("reply") < order.index("push")
            got = whole(reply, plain, room)
            assert got == list(range(2, got[-1] + 1))
            await plain.close()
        stop.set()
        await writing


@pytest.mark.parametrize("count", [2000, 6000])
async def test_a_long_backlog_follows_in_order_before_live_events(people, soak, count):
    """Pages after the reply, live messages mixed in meanwhile: every offset once, in order, to the end."""
    count = count * 20 if soak else count
    person = people.user()
    room = person.room("long")["id"]
    async with await person.client() as writer, await person.client() as reader:
        await fill(writer, room, count, "a line of the backlog, " * 4)
        old_head = await head_of(writer, room)
        live = asyncio.create_task(fill(writer, room, 500))
        reply = await reader.subscribe(room, recover=True)
        check_reply_position(reply, 0)
        assert len(json.dumps(reply.get("publications", []))) < 4 * PAGE, "the reply is one page"
        assert reply["offset"] < old_head, "never the head while the backlog is longer than a page"
        await live
        head = await head_of(writer, room)
        assert head >= old_head + 500
        await reader.publications_to(f"room:{room}", head, 120)
        assert whole(reply, reader, room) == list(range(1, head + 1))


async def test_many_readers_recover_at_random_positions_under_load(people, seed):
    """Readers leave and come back at random while others write; none sees a gap, a double or a step back."""
    generator = random.Random(seed)
    person = people.user()
    room = person.room("crowd")["id"]
    stop = asyncio.Event()
    async with await person.client() as writer:
        await fill(writer, room, 300)

        async def write():
            while not stop.is_set():
                await fill(writer, room, generator.randrange(1, 40))

        async def read():
            seen = generator.randrange(0, 300)
            start = seen
            got = []
            for _ in range(6):
                async with await person.client() as reader:
                    reply = await reader.subscribe(room, recover=True, offset=seen)
                    check_reply_position(reply, seen)
                    wanted = seen + generator.randrange(1, 60)
                    await reader.until(lambda: (whole(reply, reader, room) or [0])[-1] >= wanted, 60)
                    got += whole(reply, reader, room)
                    seen = got[-1]
            assert got == list(range(start + 1, seen + 1)), f"seed {seed}"

        writing = asyncio.create_task(write())
        await asyncio.gather(*[read() for _ in range(8)])
        stop.set()
        await writing


async def test_recovery_after_a_restart(people, own_server):
    """The mirror starts empty; the store has everything; the epoch stays."""
    server = own_server()
    person = type(people)(server).user()
    room = person.room("restart")["id"]
    async with await person.client() as client:
        before = await client.subscribe(room)
        await fill(client, room, 1500, "some text to make pages of " * 3)
        head = await head_of(client, room)
    server.restart()
    async with await person.client() as client:
        reply = await client.subscribe(room, recover=True, offset=before.get("offset", 0), epoch=before["epoch"])
        check_reply_position(reply, before.get("offset", 0))
        assert reply["epoch"] == before["epoch"]
        await client.publish(room, "after")
        await client.publications_to(f"room:{room}", head + 1)
        assert whole(reply, client, room) == list(range(before.get("offset", 0) + 1, head + 2))


async def test_another_epoch_is_not_called_recovered(people):
    """Offsets of another store mean nothing: the client must be told, never handed a wrong continuation."""
    person = people.user()
    room = person.room("epoch")["id"]
    async with await person.client() as client:
        await fill(client, room, 5)
        head = await head_of(client, room)
        reply = (
            await client.replies(
                [("subscribe", {"channel": f"room:{room}", "recover": True, "offset": 2, "epoch": "another-epoch"})]
            )
        )[0]
        if "error" in reply:
            assert reply["error"]["code"] in (107, 112), reply
            return
        result = reply["subscribe"]
        assert not result.get("recovered") or offsets(result.get("publications", [])) == list(range(1, head + 1))


async def test_the_personal_channel_recovers_through_connect(people):
    """`subs` of connect names the position of user:<id>; what came meanwhile is in the reply."""
    person, other = people.users(2)
    async with await person.client() as client:
        position = client.connected["subs"][person.channel]
    room = other.room("meanwhile", [person])["id"]
    async with await Client.open(
        person.server,
        person.token,
        connect={
            "subs": {person.channel: {"recover": True, "epoch": position["epoch"], "offset": position.get("offset", 0)}}
        },
    ) as again:
        reply = again.connected["subs"][person.channel]
        found = [p["data"] for p in reply.get("publications", [])] + [
            push["pub"]["data"] for push in again.pushes if push.get("channel") == person.channel and "pub" in push
        ]
        if not any(data["type"] == "room.added" for data in found):
            found = [await again.event("room.added")]
        assert any(str(room) in json.dumps(data) for data in found)
        assert reply["was_recovering"] is True and reply["recovered"] is True
