"""Limits of rates and counts: what is beyond them is refused with its own code, and passes later."""

import asyncio
import time

import pytest

from support.centrifuge import Client, Closed, Refused
from support.people import PASSWORD, People
from support.raw_http import RawHttp
from support.rest import Rest, expect, refused
from support.server import Server, has_option
from support.waiting import until


def option(*names):
    """The first of the options that `serve` knows; skips the test if it knows none."""
    for name in names:
        if has_option(name):
            return f"--{name}"
    pytest.skip(f"`serve` has none of {names}")


@pytest.fixture
def limited(own_server):
    """Starts a server with one limit; returns it and people on it."""

    def start(names, value, *flags):
        server = own_server(option(*names), value, *flags)
        return server, People(server)

    return start


def test_log_ins_beyond_the_rate_are_429_with_retry_after(limited):
    """Per source: a burst passes, then 429 that says when to come back; other routes are served."""
    server, people = limited(["login-rate"], "1")
    person = people.user()
    rest = Rest(server.url)
    answers = [rest.post("/auth/login", {"login": person.username, "password": PASSWORD}) for _ in range(40)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == 200 and 429 in statuses and set(statuses) == {200, 429}
    refusal = next(answer for answer in answers if answer.status_code == 429)
    assert refusal.json()["code"] == "too_many_requests" and int(refusal.headers["Retry-After"]) >= 1
    expect(person.rest.get("/users/me"), 200)


def test_registrations_beyond_the_rate_are_429(limited):
    """Accounts are not made by the thousand from one address."""
    server, _ = limited(["register-rate"], "1")
    rest = Rest(server.url)
    statuses = []
    for number in range(40):
        body = {"username": f"rate{number:02d}", "email": f"rate{number}@example.com", "password": PASSWORD}
        statuses.append(rest.post("/auth/register", body).status_code)
    assert statuses[0] == 201 and 429 in statuses and set(statuses) == {201, 429}


async def test_sends_beyond_the_rate_are_111_and_pass_later(limited):
    """Temporary: the same key is taken when the rate allows; what was refused is not stored."""
    _, people = limited(["send-rate"], "5")
    person = people.user()
    room = person.room("rated")["id"]
    async with await person.client() as client:
        commands = [
            ("publish", {"channel": f"room:{room}", "data": {"text": f"{n}", "key": f"{n}"}}) for n in range(60)
        ]
        replies = await client.replies(commands)
        refused = [n for n, reply in enumerate(replies) if "error" in reply]
        assert refused and len(refused) < 60
        assert all(replies[n]["error"]["code"] == 111 and replies[n]["error"]["temporary"] is True for n in refused)
        texts = [e["text"] for e in person.events(room, "?limit=100")["items"] if e["type"] == "message"]
        assert set(texts) == {str(n) for n in range(60) if n not in refused}
        deadline = time.monotonic() + 120
        while True:
            try:
                await client.publish(room, "again", key=str(refused[0]))
                break
            except Refused as error:
                assert error.code == 111 and time.monotonic() < deadline
                await asyncio.sleep(0.02)
        assert person.events(room)["items"][-1]["key"] == str(refused[0])


async def test_connections_of_a_user_beyond_the_limit_close_with_3504(limited):
    """The SDK does not come back at once; after one has left, a new one is taken."""
    server, people = limited(["connections-per-user"], "2")
    one, other = people.users(2)
    first, second = await one.client(), await one.client()
    third = await Client.dial(server)
    with pytest.raises(Closed) as closed:
        await third.request("connect", {"token": one.token})
    assert closed.value.code == 3504
    async with await other.client() as client:
        await client.rpc("room.list", {"limit": 1})
    await first.close()
    deadline = time.monotonic() + 60
    while True:
        try:
            async with await one.client() as again:
                await again.rpc("room.list", {"limit": 1})
            break
        except Closed as error:
            assert error.code == 3504
            assert time.monotonic() < deadline, "no connection after one has left"
            await asyncio.sleep(0.02)
    await second.rpc("room.list", {"limit": 1})
    await second.close()


def test_connections_of_an_address_are_bounded(limited):
    """Beyond it a connection is closed or refused; once others left, it is served."""
    server, _ = limited(["connections-per-address"], "5")
    held = [RawHttp(server) for _ in range(5)]
    for raw in held:
        raw.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.answer()[0] == 200
    with RawHttp(server) as beyond:
        beyond.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = beyond.answer()
        assert answer is None or answer[0] in (429, 503), answer
    for raw in held:
        raw.close()

    def served():
        with RawHttp(server) as raw:
            raw.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = raw.answer()
            return answer is not None and answer[0] == 200

    until(served, 60, "a connection after others left")


async def test_channels_of_a_connection_are_bounded(limited):
    """One more than the limit is 106 (or closes with 3505), the others go on."""
    _, people = limited(["channels-per-connection", "max-channels-per-connection", "channel-limit"], "3")
    person = people.user()
    rooms = [person.room(f"channel {number}")["id"] for number in range(5)]
    async with await person.client() as client:
        outcomes = []
        for room in rooms:
            try:
                await client.subscribe(room)
                outcomes.append(0)
            except (Refused, Closed) as error:
                outcomes.append(error.code)
                break
        assert outcomes[-1] in (106, 3505) and 2 <= outcomes.count(0) <= 3
        if outcomes[-1] == 106:
            await client.request("unsubscribe", {"channel": f"room:{rooms[0]}"})
            await client.subscribe(rooms[-1])


async def test_rooms_and_members_are_bounded(limited):
    """At the bound 409 limit_exceeded by REST and 106 by rpc; nothing is created."""
    _, people = limited(["rooms-per-user", "max-rooms-per-user"], "3")
    person = people.user()
    for number in range(3):
        person.room(f"room {number}")
    answer = person.rest.post("/rooms", {"name": "one too many"})
    assert (answer.status_code, answer.json()["code"]) == (409, "limit_exceeded")
    async with await person.client() as client:
        with pytest.raises(Refused) as refused:
            await client.rpc("room.create", {"name": "one too many"})
        assert refused.value.code == 106
    assert len(expect(person.rest.get("/rooms"), 200)["items"]) == 3


def test_members_of_a_room_are_bounded(limited):
    """One more member than may be is refused, at creation and later."""
    _, people = limited(["members-per-room", "max-members-per-room"], "3")
    owner, *others = people.users(4)
    answer = owner.rest.post("/rooms", {"name": "crowd", "members": [other.username for other in others]})
    assert answer.status_code in (409, 422), answer.text
    room = owner.room("three", others[:2])["id"]
    assert owner.add_members(room, others[2]).status_code in (409, 422)
    assert set(owner.members(room)) == {owner.id, others[0].id, others[1].id}


def test_limits_of_zero_are_off(tmp_path):
    """As load tests need it: hundreds of failed and good log-ins from one address all get their own answer."""
    server = Server(tmp_path / "unlimited").start()
    try:
        person = People(server).user()
        rest = Rest(server.url)
        statuses = [
            rest.post("/auth/login", {"login": person.username, "password": PASSWORD}).status_code for _ in range(25)
        ]
        assert statuses == [200] * 25
    finally:
        server.discard()


def test_guessing_locks_an_account_without_saying_so(own_server):
    """After 15 wrong passwords the right one fails alike, but from a device that logged in before; others log in."""
    server = own_server()
    people = People(server)
    victim, other = people.users(2)
    rest = Rest(server.url)
    known = expect(rest.post("/auth/login", {"login": victim.username, "password": PASSWORD}), 200)["device_token"]
    wrong = [rest.post("/auth/login", {"login": victim.username, "password": f"wrong password {n}"}) for n in range(15)]
    right = rest.post("/auth/login", {"login": victim.username, "password": PASSWORD})
    bodies = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in [*wrong, right]]
    assert {answer.status_code for answer in [*wrong, right]} == {401}
    assert all(body == bodies[0] for body in bodies)
    expect(rest.post("/auth/login", {"login": other.username, "password": PASSWORD}), 200)
    again = expect(rest.post("/auth/login", {"login": victim.email, "password": PASSWORD, "device_token": known}), 200)
    assert again["device_token"] and again["device_expires_in"] > 0
    forged = {"login": victim.username, "password": PASSWORD, "device_token": known[:-4] + "AAAA"}
    refused(rest.post("/auth/login", forged), 401, "invalid_credentials")
    expect(victim.rest.get("/users/me"), 200)


async def test_commands_of_every_kind_beyond_the_rate_are_111(limited):
    """Pings, lists and subscriptions are counted; the connection lives, and later commands pass."""
    _, people = limited(["command-rate"], "5")
    person = people.user()
    async with await person.client() as client:
        replies = await client.replies([("rpc", {"method": "room.list", "data": {}}), ("ping", {})] * 30)
        codes = [reply["error"]["code"] for reply in replies if "error" in reply]
        assert codes and len(codes) < 60 and set(codes) == {111}
        assert all(reply["error"]["temporary"] is True for reply in replies if "error" in reply)

        async def passes():
            reply = (await client.replies([("ping", {})]))[0]
            return "error" not in reply

        deadline = time.monotonic() + 30
        while not await passes():
            assert time.monotonic() < deadline, "no command passes any more"
            await asyncio.sleep(0.02)
