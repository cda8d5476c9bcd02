"""Every command of the Centrifuge protocol (protocol.md 1), with its errors."""

import asyncio
import json

import pytest

from support.centrifuge import Client, Refused, refusal
from support.rest import Rest, expect

NO_ROOM = "room:999999999"


async def test_connect_answers_all_that_is_promised(people):
    """client, version, expires, ttl, ping, pong, session, node, data.user and the personal channel."""
    person = people.user()
    async with await person.client() as client:
        reply = client.connected
        assert {"client", "version", "expires", "ttl", "ping", "pong", "session", "node", "data", "subs"} <= set(reply)
        assert (reply["expires"], reply["ping"], reply["pong"]) == (True, 25, True)
        assert reply["data"]["user"]["id"] == person.id and reply["data"]["user"]["username"] == person.username
        assert set(reply["subs"]) == {person.channel}
        assert reply["subs"][person.channel]["recoverable"] is True
        assert reply["subs"][person.channel]["positioned"] is True


async def test_ping_is_answered(people):
    """A client's own ping, with an id, gets an empty answer."""
    async with await people.user().client() as client:
        assert await client.request("ping", {}) == {}


async def test_sub_refresh_answers_without_a_time(people):
    """Subscriptions do not expire: an empty answer for what is subscribed, 103 for anything else."""
    person = people.user()
    room = person.room("lasting")["id"]
    async with await person.client() as client:
        await refusal(client.request("sub_refresh", {"channel": f"room:{room}", "token": ""}), 103)
        await client.subscribe(room)
        assert await client.request("sub_refresh", {"channel": f"room:{room}", "token": ""}) == {}
        assert await client.request("sub_refresh", {"channel": person.channel}) == {}
        await refusal(client.request("sub_refresh", {"channel": NO_ROOM}), 103)
        await refusal(client.request("sub_refresh", {}), 107)


async def test_both_paths_lead_to_the_protocol(people, server):
    """/connection/websocket and its alias /ws."""
    person = people.user()
    async with await Client.dial(server, path="/ws") as client:
        assert (await client.request("connect", {"token": person.token}))["data"]["user"]["id"] == person.id


async def test_each_connection_has_a_client_id_of_its_own(people):
    """Two connections of one user differ in client, not in user."""
    person = people.user()
    async with await person.client() as one, await person.client() as two:
        assert one.connected["client"] != two.connected["client"]


async def test_a_command_before_connect_is_a_bad_request(people, server):
    """Whatever it is, the connection ends with 3501 and no answer leaks."""
    room = people.user().room("early")["id"]
    for method, params in [
        ("subscribe", {"channel": f"room:{room}"}),
        ("publish", {"channel": f"room:{room}", "data": {"text": "x"}}),
        ("rpc", {"method": "room.list"}),
        ("presence", {"channel": f"room:{room}"}),
        ("history", {"channel": f"room:{room}", "limit": 1}),
    ]:
        client = await Client.dial(server)
        command, _ = client.command(method, params)
        client.waiting.clear()
        client.waiting[command["id"]] = asyncio.get_running_loop().create_future()
        await client.send_text(json.dumps(command))
        assert await client.closed() == 3501, method
        await client.close()


async def test_connecting_twice_is_a_bad_request(people):
    """A second connect closes with 3501, also with another token."""
    one, two = people.users(2)
    client = await one.client()
    command, _ = client.command("connect", {"token": two.token})
    await client.send_text(json.dumps(command))
    assert await client.closed() == 3501


async def test_subscribe_answers_position_and_epoch(people):
    """recoverable and positioned, the head as offset, an epoch; nothing of recovery."""
    person = people.user()
    room = person.room("position")["id"]
    sent = person.say(room, "before")
    async with await person.client() as client:
        reply = await client.subscribe(room)
        assert (reply["recoverable"], reply["positioned"], reply["offset"]) == (True, True, sent["offset"])
        assert reply["epoch"] == person.events(room)["epoch"]
        assert "recovered" not in reply and "was_recovering" not in reply and not reply.get("publications")


async def test_subscribing_twice_is_refused(people):
    """105, and the first subscription goes on."""
    person = people.user()
    room = person.room("twice")["id"]
    async with await person.client() as client:
        await client.subscribe(room)
        await refusal(client.subscribe(room), 105)
        await client.publish(room, "still here")
        assert (await client.event("message"))["text"] == "still here"


@pytest.mark.parametrize(
    "channel",
    [
        "",
        "room:",
        "room:abc",
        "room:0",
        "room:-1",
        "room:1x",
        "room: 1",
        "room:01",
        "room:99999999999999999999",
        NO_ROOM,
        "chat:1",
        "room",
        "ROOM:1",
        "user:abc",
        "room:1:2",
        "x" * 1000,
        "$room:1",
        "комната:1",
    ],
)
async def test_an_unknown_channel_is_refused(people, channel):
    """102 (107 where nothing is named), for each command that names a channel."""
    async with await people.user().client() as client:
        for method, more in [
            ("subscribe", {}),
            ("publish", {"data": {"text": "x"}}),
            ("history", {"limit": 1}),
            ("presence", {}),
            ("presence_stats", {}),
        ]:
            try:
                result = await client.request(method, {"channel": channel, **more})
                raise AssertionError(f"{method} {channel}: accepted with {result}")
            except Refused as error:
                assert error.code == 102 or (
                    error.code in (103, 107) and channel in ("", NO_ROOM, "user:abc")
                ), f"{method}: {error}"


async def test_a_foreign_room_is_refused(people):
    """103 as for a room that is not there, in the same words, for each command; and nothing is stored."""
    owner, stranger = people.users(2)
    room = owner.room("closed")["id"]
    before = owner.events(room)["last_offset"]
    async with await stranger.client() as client:
        for method, more in [
            ("subscribe", {}),
            ("subscribe", {"recover": True}),
            ("publish", {"data": {"text": "x"}}),
            ("history", {"limit": 10}),
            ("presence", {}),
            ("presence_stats", {}),
        ]:
            error = await refusal(client.request(method, {"channel": NO_ROOM, **more}), 103)
            absent = (error.code, error.message)
            try:
                result = await client.request(method, {"channel": f"room:{room}", **more})
                raise AssertionError(f"{method}: accepted with {result}")
            except Refused as error:
                assert (error.code, error.message) == absent, f"{method}: {error}"
        try:
            await client.rpc("message.send", {"room_id": room, "text": "x"})
            raise AssertionError("message.send accepted")
        except Refused as error:
            assert error.code == 103
        owner.say(room, "secret")
        assert client.pushes == []
    assert owner.events(room)["last_offset"] == before + 1


async def test_a_deleted_room_ends_its_subscriptions(people):
    """Subscribers get `unsubscribe` with 2000, later commands find no such channel."""
    owner, member = people.users(2)
    room = owner.room("doomed", [member])["id"]
    async with await member.client() as client:
        await client.subscribe(room)
        expect(await asyncio.to_thread(owner.rest.delete, f"/rooms/{room}"), 204)
        push = await client.push("unsubscribe")
        assert push["channel"] == f"room:{room}" and push["unsubscribe"]["code"] == 2000
        for attempt in (client.subscribe(room), client.publish(room, "x")):
            try:
                await attempt
                raise AssertionError("a deleted room took a command")
            except Refused as error:
                assert error.code == 103


async def test_publish_stores_and_delivers(people):
    """The answer comes after the commit; every subscriber, the sender too, gets the event with offset, info and data."""
    owner, member = people.users(2)
    room = owner.room("talk", [member])["id"]
    async with await owner.client() as one, await member.client() as two:
        await one.subscribe(room)
        await two.subscribe(room)
        await one.publish(room, "to all", key="k1")
        head = owner.events(room)["items"][-1]
        assert (head["text"], head["key"]) == ("to all", "k1")
        for client in (one, two):
            push = await client.push("pub", lambda push: push["channel"] == f"room:{room}")
            publication = push["pub"]
            assert publication["offset"] == head["offset"] and publication["data"] == head
            assert publication["info"]["user"] == str(owner.id)


async def test_publish_needs_no_subscription(people):
    """Membership is the right, not a subscription."""
    person = people.user()
    room = person.room("unsubscribed")["id"]
    async with await person.client() as client:
        await client.publish(room, "blind")
    assert person.events(room)["items"][-1]["text"] == "blind"


async def test_publish_with_a_known_key_creates_nothing(people):
    """Repeating a send is safe: one event, and one delivery."""
    person = people.user()
    room = person.room("repeat")["id"]
    async with await person.client() as client:
        await client.subscribe(room)
        await client.publish(room, "once", key="same")
        await client.publish(room, "once", key="same")
        await client.publish(room, "end")
        await client.event("message", text="end")
        assert [p["data"].get("text") for p in client.publications(f"room:{room}")] == ["once"]
    assert [e.get("text") for e in person.events(room)["items"] if e["type"] == "message"] == ["once", "end"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"text": ""},
        {"text": 5},
        {"text": "x" * 4097},
        {"text": None},
        [],
        "text",
        {"text": "x", "key": "k" * 65},
        {"text": "x", "key": 5},
        {"text": "x", "reply_to": "1"},
        {"text": "x", "reply_to": 10**9},
    ],
)
async def test_publish_refuses_bad_data(people, data):
    """107, the connection lives, the log is untouched."""
    person = people.user()
    room = person.room("bad")
    async with await person.client() as client:
        params = {"channel": f"room:{room['id']}"} | ({} if data is None else {"data": data})
        await refusal(client.request("publish", params), 107)
        assert "rpc" in (await client.replies([("rpc", {"method": "room.list", "data": {}})]))[0]
    assert person.events(room["id"])["last_offset"] == room["last_offset"]


async def test_unsubscribe_ends_delivery(people):
    """After the answer no event comes, a new subscription works."""
    person = people.user()
    room = person.room("off")["id"]
    async with await person.client() as client, await person.client() as other:
        await client.subscribe(room)
        await other.subscribe(room)
        assert await client.request("unsubscribe", {"channel": f"room:{room}"}) == {}
        await other.publish(room, "unheard")
        await other.event("message", text="unheard")
        reply = await client.subscribe(room)
        await other.publish(room, "heard")
        assert (await client.event("message"))["text"] == "heard"
        assert reply["offset"] == person.events(room)["last_offset"] - 1


async def test_send_is_taken_without_an_answer(people):
    """The protocol's asynchronous message: no reply, no harm."""
    async with await people.user().client() as client:
        await client.send_text('{"send":{"data":{"hello":1}}}')
        await client.rpc("room.list", {"limit": 1})


async def test_pong_needs_no_answer(people):
    """An empty object is a pong, at any time."""
    async with await people.user().client() as client:
        await client.send_text("{}\n{}")
        await client.send_text("{}")
        await client.rpc("room.list", {"limit": 1})


async def test_an_invalid_token_closes_3500(server):
    """Garbage and a signature of nobody: the SDK must not try again with it."""
    for token in ("", "garbage", "a.b.c", "eyJhbGciOiJFUzI1NiJ9.e30.A=", "x" * 9000):
        client = await Client.dial(server)
        try:
            await client.request("connect", {"token": token})
            raise AssertionError("connected")
        except Refused as error:
            raise AssertionError(f"{token[:20]}: an error {error} instead of a close") from None
        except Exception as error:
            assert getattr(error, "code", None) == 3500, f"{token[:20]}: {error!r}"
        await client.close()


async def test_a_guest_reads_but_writes_only_where_allowed(people, anonymous, server):
    """A guest subscribes to a public room; publish is 103 unless the room lets guests write."""
    owner = people.user()
    silent = owner.room("silent", kind="public")["id"]
    talking = owner.room("talking", kind="public", guests_may_write=True)["id"]
    group = owner.room("group")["id"]
    token = expect(anonymous.post("/auth/guest", {}), 200)["access_token"]
    async with await Client.open(server, token) as guest:
        await guest.subscribe(silent)
        owner.say(silent, "for all")
        assert (await guest.event("message"))["text"] == "for all"
        await refusal(guest.publish(silent, "x"), 103)
        await guest.publish(talking, "hello")
        await refusal(guest.rpc("room.create", {"name": "x"}), 103)
        try:
            await guest.subscribe(group)
            raise AssertionError("a guest in a group")
        except Refused as error:
            assert error.code == 103
    assert owner.events(talking)["items"][-1]["text"] == "hello"


async def test_an_answer_survives_its_connection(people, server):
    """A send whose connection drops at once is either stored whole or not at all; its key tells which."""
    person = people.user()
    room = person.room("dropped")["id"]
    for number in range(20):
        client = await person.client()
        command, _ = client.command(
            "publish", {"channel": f"room:{room}", "data": {"text": f"{number}", "key": f"{number}"}}
        )
        await client.send_text(json.dumps(command))
        client.socket.transport.abort()
        await asyncio.gather(client.reader, return_exceptions=True)
    rest = Rest(server.url, person.token)
    for number in range(20):
        answer = rest.post(f"/rooms/{room}/messages", {"text": f"{number}", "key": f"{number}"})
        assert answer.status_code in (200, 201), answer.text
    texts = [e["text"] for e in person.events(room, "?limit=50")["items"] if e["type"] == "message"]
    assert sorted(texts, key=int) == [str(number) for number in range(20)]
