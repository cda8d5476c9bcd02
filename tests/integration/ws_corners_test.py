"""The corners of protocol.md 1.1, one test of its name each. Recovery has a file of its own: ws_recovery_test.py."""

import asyncio
import base64
import json

import pytest

from support.centrifuge import Client, Closed, Refused, refusal
from support.frames import RawSocket
from support.people import People
from support.rest import Rest, expect


async def test_unknown_fields_in_commands_are_ignored(people, server):
    """SDKs send `flag` and others, at every level."""
    person = people.user()
    room = person.room("unknown fields")["id"]
    async with await Client.dial(server) as client:
        reply = await client.request(
            "connect",
            {
                "token": person.token,
                "flag": 7,
                "name": "js",
                "version": "5.0.0",
                "headers": {"x": "y"},
                "data": {"a": 1},
                "later": [1, {"b": 2}],
            },
        )
        assert reply["data"]["user"]["id"] == person.id
        await client.request(
            "subscribe",
            {
                "channel": f"room:{room}",
                "flag": 1,
                "token": "",
                "tf": {"x": 1},
                "delta": "",
                "positioned": True,
                "recoverable": True,
            },
        )
        await client.request("publish", {"channel": f"room:{room}", "data": {"text": "x"}, "extra": None})
        reply = (await client.replies([("history", {"channel": f"room:{room}", "limit": 1, "more": {}})]))[0]
        assert len(reply["history"]["publications"]) == 1
        command, future = client.command("presence_stats", {"channel": f"room:{room}"})
        await client.send_text(json.dumps({**command, "trace": "abc"}))
        assert (await future)["presence_stats"] == {"num_clients": 1, "num_users": 1}


async def test_zero_and_empty_values_are_left_out(people):
    """As protobuf's JSON does: no `offset:0`, no `recovered:false`, no empty lists, no `temporary:false`."""
    person = people.user()
    room = person.room("zeros")["id"]

    def empties(value, path=""):
        found = []
        if isinstance(value, dict):
            for name, inner in value.items():
                if name == "data":
                    continue  # data is ours, not the protocol's
                if inner in (0, "", False, None) or inner == []:
                    found.append(f"{path}/{name}")
                found += empties(inner, f"{path}/{name}")
        elif isinstance(value, list):
            for inner in value:
                found += empties(inner, path)
        return found

    async with await person.client() as client:
        channel = {"channel": f"room:{room}"}
        commands = [
            ("subscribe", channel),
            ("subscribe", channel),
            ("publish", {**channel, "data": {"text": "x"}}),
            ("history", {**channel, "limit": 5}),
            ("history", channel),
            ("presence", channel),
            ("rpc", {"method": "room.list", "data": {}}),
            ("rpc", {"method": "none"}),
            ("unsubscribe", channel),
            ("subscribe", {**channel, "recover": True, "offset": 0}),
        ]
        replies = [(await client.replies([command]))[0] for command in commands]
        pushes = [await client.push("pub")]
        assert empties(client.connected) == []
        for item in replies + pushes:
            assert empties(item) == [], item


async def test_removal_pushes_unsubscribe_2000_and_no_event_follows(people):
    """The removed member hears 2000 at once and nothing of what is said later; the others do."""
    owner, member = people.users(2)
    room = owner.room("removal", [member])["id"]
    async with await owner.client() as staying, await member.client() as removed:
        await staying.subscribe(room)
        await removed.subscribe(room)
        expect(await asyncio.to_thread(owner.remove_member, room, member), 204)
        sent = [owner.say(room, f"after {number}")["offset"] for number in range(20)]
        push = await removed.push("unsubscribe")
        assert push["channel"] == f"room:{room}" and push["unsubscribe"]["code"] == 2000
        await staying.publications_to(f"room:{room}", sent[-1])
        await removed.rpc("room.list", {"limit": 1})
        assert not [p for p in removed.publications(f"room:{room}") if p["offset"] >= sent[0]]
        for attempt in (
            removed.publish(room, "x"),
            removed.subscribe(room),
            removed.subscribe(room, recover=True, offset=0),
        ):
            try:
                await attempt
                raise AssertionError("a removed member got in")
            except Refused as error:
                assert error.code == 103


async def test_no_event_after_removal_under_load(people):
    """Removed in the middle of a stream: the removed one never sees an offset beyond the removal."""
    owner, member = people.users(2)
    room = owner.room("busy removal", [member])["id"]
    async with await owner.client() as writer, await member.client() as removed:
        await writer.subscribe(room)
        await removed.subscribe(room)

        async def write():
            for number in range(300):
                await writer.publish(room, f"m{number}")

        writing = asyncio.create_task(write())
        await removed.until(lambda: len(removed.publications(f"room:{room}")) > 30)
        expect(await asyncio.to_thread(owner.remove_member, room, member), 204)
        await removed.push("unsubscribe")
        await writing
        events = owner.events(room, "?after=0&limit=200")["items"]
        while events[-1]["offset"] < owner.events(room)["last_offset"]:
            events += owner.events(room, f"?after={events[-1]['offset']}&limit=200")["items"]
        removal = next(event["offset"] for event in events if event["type"] == "member.removed")
        await writer.publications_to(f"room:{room}", events[-1]["offset"])
        await removed.rpc("room.list", {"limit": 1})
        assert removed.publications(f"room:{room}")[-1]["offset"] <= removal


@pytest.mark.parametrize("_", range(5))
async def test_sends_under_way_at_a_removal_end_with_it(people, _):
    """Hundreds of sends of the removed one in one go: what is stored of them lies before the removal."""
    owner, member = people.users(2)
    room = owner.room("removal of a sender", [member])["id"]
    async with await member.client() as one, await member.client() as two:
        commands = []
        removing = None
        for number in range(40):
            client = (one, two)[number % 2]
            frame = [
                client.command("publish", {"channel": f"room:{room}", "data": {"text": f"{number}/{n}"}})
                for n in range(60)
            ]
            await client.send_text("\n".join(json.dumps(command) for command, _ in frame))
            commands += frame
            if number == 10:
                removing = asyncio.create_task(asyncio.to_thread(owner.remove_member, room, member))
        expect(await removing, 204)
        replies = await asyncio.wait_for(asyncio.gather(*[future for _, future in commands]), 60)
    accepted = sum("error" not in reply for reply in replies)
    refused = {reply["error"]["code"] for reply in replies if "error" in reply}
    assert refused <= {102, 103, 111}, refused
    events, after = [], 0
    while page := owner.events(room, f"?after={after}&limit=200")["items"]:
        events += page
        after = page[-1]["offset"]
    removal = next(event["offset"] for event in events if event["type"] == "member.removed")
    stored = [event["offset"] for event in events if event["type"] == "message"]
    late = [offset for offset in stored if offset > removal]
    assert not late, f"removed at {removal}, messages of the removed member at {late[:5]}"
    assert len(stored) == accepted


async def test_own_personal_channel_is_105_anothers_103(people):
    """The personal channel is server-side already; another's is not one's business."""
    one, two = people.users(2)
    async with await one.client() as client:
        await refusal(client.request("subscribe", {"channel": one.channel}), 105)
        await refusal(client.request("subscribe", {"channel": two.channel}), 103)
        await refusal(client.request("history", {"channel": two.channel, "limit": 1}), 103)
        await refusal(client.request("publish", {"channel": two.channel, "data": {"text": "x"}}), 103)
        await refusal(client.request("publish", {"channel": one.channel, "data": {"text": "x"}}), 103)


def life(token):
    """Seconds between iat and exp of a token."""
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims["exp"] - claims["iat"]


async def test_ttl_is_the_tokens_life_minus_30_seconds(people, server):
    """The SDK refreshes exactly at ttl; refresh answers the new one."""
    person = people.user()
    long_token = server.token(person.username, "1h")
    assert life(long_token) == 3600
    async with await Client.open(server, long_token) as client:
        assert 3600 - 30 - 15 <= client.connected["ttl"] <= 3600 - 30
        assert client.connected["expires"] is True


async def test_an_expired_token_is_109_at_connect(people, server):
    """The SDK gets a new token and tries again: an error, not a close."""
    person = people.user()
    token = server.token(person.username, "1s")
    deadline = asyncio.get_running_loop().time() + 90
    while True:
        client = await Client.dial(server)
        try:
            await client.request("connect", {"token": token})
        except Refused as error:
            assert error.code == 109
            break
        except Closed as error:  # its session ended with it, and the token is within the leeway of clocks
            assert error.code == 3503
        finally:
            await client.close()
        assert asyncio.get_running_loop().time() < deadline, "a token of one second never expires"
        await asyncio.sleep(0.25)


async def test_a_connection_ends_when_its_token_expires(people, server):
    """3005: the SDK reconnects with a new token."""
    person = people.user()
    async with await Client.open(server, server.token(person.username, "10s")) as client:
        assert await client.closed(90) == 3005


async def test_refresh_takes_a_new_token_of_the_session(people, anonymous, server):
    """The answer tells the new ttl."""
    session = people.user().log_in()
    async with await Client.open(server, session["access_token"]) as client:
        assert 900 - 30 - 15 <= client.connected["ttl"] <= 900 - 30
        renewed = expect(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 200)
        reply = await client.request("refresh", {"token": renewed["access_token"]})
        assert reply["client"] == client.connected["client"] and reply["version"] == client.connected["version"]
        assert reply["expires"] is True and 900 - 30 - 15 <= reply["ttl"] <= 900 - 30
        await client.rpc("room.list", {"limit": 1})


async def test_refresh_extends_the_connection_without_a_reconnect(own_server, soak):
    """The connection outlives its first token, which a twin without refresh does not."""
    if not soak:
        pytest.skip("the shortest life of an access token is 35 s: in the soak run")
    server = own_server("--access-life", "35s")
    session = People(server).user().log_in()
    assert life(session["access_token"]) == 35
    token = session["access_token"]
    async with await Client.open(server, token) as twin, await Client.open(server, token) as client:
        refresh_token = session["refresh_token"]
        while twin.close_code is None:
            renewed = expect(Rest(server.url).post("/auth/refresh", {"refresh_token": refresh_token}), 200)
            refresh_token = renewed["refresh_token"]
            await client.request("refresh", {"token": renewed["access_token"]})
            await asyncio.sleep(3)
        assert twin.close_code == 3005
        await client.rpc("room.list", {"limit": 1})


async def test_refresh_refuses_another_users_or_an_invalid_token(people):
    """It must not turn a connection into somebody else's."""
    one, two = people.users(2)
    for token in (two.token, "garbage"):
        client = await one.client()
        try:
            await client.request("refresh", {"token": token})
            raise AssertionError("accepted")
        except Refused as error:
            assert error.code in (101, 103, 107)
        except Closed as error:
            assert error.code in (3500, 3501, 3503)
        await client.close()


async def test_info_user_is_text(people):
    """In publications, joins and presence."""
    person = people.user()
    room = person.room("text ids")["id"]
    async with await person.client() as client:
        await client.subscribe(room, join_leave=True)
        await client.publish(room, "x")
        push = await client.push("pub", lambda push: push["channel"] == f"room:{room}")
        assert push["pub"]["info"]["user"] == str(person.id)
        presence = (await client.request("presence", {"channel": f"room:{room}"}))["presence"]
        assert [entry["user"] for entry in presence.values()] == [str(person.id)]


@pytest.mark.parametrize(
    "origin, allowed",
    [
        (None, True),
        ("own", True),
        ("https://evil.example", False),
        ("null", False),
        ("http://127.0.0.1.evil.example", False),
    ],
)
async def test_origin_is_checked_when_present(server, people, origin, allowed):
    """Native clients send none; a foreign page is refused at the handshake with 403."""
    headers = [] if origin is None else [f"Origin: {server.url if origin == 'own' else origin}"]
    _, writer, head = await RawSocket.handshake(server, headers)
    assert head.split()[1] == ("101" if allowed else "403"), head
    writer.close()


async def test_65_commands_in_a_frame_are_3501(people):
    """One more than may be."""
    client = await people.user().client()
    await client.send_text(
        "\n".join(json.dumps({"id": 100 + number, "presence_stats": {"channel": "room:1"}}) for number in range(65))
    )
    client.waiting.update({100 + number: asyncio.get_running_loop().create_future() for number in range(65)})
    assert await client.closed() == 3501


async def test_more_than_64_kib_in_a_frame_is_3501(people):
    """One frame of 64 KiB and a byte."""
    client = await people.user().client()
    text = '{"id":9,"send":{"data":"' + "x" * (65537 - 27) + '"}}'
    assert len(text) == 65537 or len(text) > 65536
    await client.send_text(text)
    assert await client.closed() == 3501


async def test_64_kib_in_a_frame_are_fine(people):
    """The bound itself is allowed, for one command and for many."""
    person = people.user()
    room = person.room("full frame")["id"]
    async with await person.client() as client:
        command = {"id": 50, "publish": {"channel": f"room:{room}", "data": {"text": "z"}, "pad": ""}}
        command["publish"]["pad"] = "p" * (65536 - len(json.dumps(command)))
        text = json.dumps(command)
        assert len(text) == 65536
        client.waiting[50] = asyncio.get_running_loop().create_future()
        future = client.waiting[50]
        await client.send_text(text)
        assert "error" not in await asyncio.wait_for(future, 60)
    assert person.events(room)["items"][-1]["text"] == "z"


async def test_publications_are_the_same_for_every_subscriber(people):
    """The client key is public, nothing depends on the reader."""
    owner, member = people.users(2)
    room = owner.room("same bytes", [member])["id"]
    async with await owner.client() as one, await member.client() as two:
        await one.subscribe(room)
        await two.subscribe(room)
        await one.publish(room, "x", key="visible")
        first, second = [
            await client.push("pub", lambda push: push["channel"] == f"room:{room}") for client in (one, two)
        ]
        assert first == second and first["pub"]["data"]["key"] == "visible"
