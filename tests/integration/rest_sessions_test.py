"""The list of a user's sessions, ending them, the bound on them, and what an end means for open sockets."""

import asyncio
import sqlite3

from support.centrifuge import Client, Refused
from support.people import People
from support.rest import TIME, Rest, expect, refused


def log_ins(person, count, **more):
    """Several sessions of one person."""
    return [person.log_in(**more) for _ in range(count)]


def test_sessions_are_listed_with_device_address_and_times(people, anonymous):
    """Each session once, the asking one marked as current."""
    person = people.user()
    first, second = person.log_in(device="Laptop"), person.log_in(device="Phone")
    items = expect(Rest(anonymous.base, second["access_token"]).get("/auth/sessions"), 200)["items"]
    mine = {item["id"]: item for item in items}
    assert {first["session_id"], second["session_id"]} <= set(mine)
    assert len(mine) == len(items)
    for item in items:
        assert {"id", "device", "address", "created_at", "last_used_at", "current"} <= set(item)
        assert TIME.match(item["created_at"]) and TIME.match(item["last_used_at"])
    assert mine[first["session_id"]]["device"] == "Laptop" and mine[second["session_id"]]["device"] == "Phone"
    assert mine[second["session_id"]]["address"] == "127.0.0.1"
    assert [item["id"] for item in items if item["current"]] == [second["session_id"]]
    assert not any(secret in str(items) for secret in (first["refresh_token"], second["refresh_token"]))


def test_ending_one_session_ends_its_tokens_at_once(people, anonymous):
    """204; the ended one is out, the ending one goes on; a second time it is unknown."""
    person = people.user()
    first, second = log_ins(person, 2)
    rest = Rest(anonymous.base, second["access_token"])
    expect(rest.delete(f"/auth/sessions/{first['session_id']}"), 204)
    refused(Rest(anonymous.base, first["access_token"]).get("/users/me"), 401, "unauthorized")
    refused(anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), 401)
    refused(rest.delete(f"/auth/sessions/{first['session_id']}"), 404, "not_found")
    expect(rest.get("/users/me"), 200)


def test_another_persons_session_cannot_be_ended(people):
    """404, as for one that does not exist, and it lives on."""
    victim, other = people.users(2)
    session = victim.log_in()
    refused(other.rest.delete(f"/auth/sessions/{session['session_id']}"), 404, "not_found")
    refused(other.rest.delete("/auth/sessions/not-an-id"), 404, "not_found")
    expect(Rest(victim.server.url, session["access_token"]).get("/users/me"), 200)


def test_ending_all_others_keeps_the_asking_session(people, anonymous):
    """DELETE /auth/sessions spares the session that asks, alone."""
    person = people.user()
    sessions = log_ins(person, 3)
    rest = Rest(anonymous.base, sessions[-1]["access_token"])
    assert rest.delete("/auth/sessions").status_code in (200, 204)
    for session in sessions[:-1]:
        refused(Rest(anonymous.base, session["access_token"]).get("/users/me"), 401, "unauthorized")
    assert [item["id"] for item in expect(rest.get("/auth/sessions"), 200)["items"]] == [sessions[-1]["session_id"]]


def test_the_eleventh_session_evicts_the_oldest(people, anonymous):
    """At most 10 live sessions a user: everything beyond is gone, tokens included."""
    person = people.user()
    sessions = log_ins(person, 12)
    rest = Rest(anonymous.base, sessions[-1]["access_token"])
    items = expect(rest.get("/auth/sessions"), 200)["items"]
    assert len(items) == 10
    assert {item["id"] for item in items} == {session["session_id"] for session in sessions[2:]}
    for session in sessions[:2]:
        refused(Rest(anonymous.base, session["access_token"]).get("/users/me"), 401, "unauthorized")
        refused(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 401)


async def test_revoking_closes_the_socket_with_3503_at_once(people, server):
    """Ending a session closes its sockets with 3503, and only its own; its token does not connect again."""
    person = people.user()
    first, second = log_ins(person, 2)
    async with await Client.open(server, first["access_token"]) as ended, await Client.open(
        server, second["access_token"]
    ) as other:
        rest = Rest(server.url, second["access_token"])
        expect(await asyncio.to_thread(rest.delete, f"/auth/sessions/{first['session_id']}"), 204)
        assert await ended.closed() == 3503
        assert await other.request("history", {"channel": other_room(person), "limit": 1}) is not None
    async with await Client.dial(server) as again:
        try:
            await again.request("connect", {"token": first["access_token"]})
            raise AssertionError("a revoked token connected")
        except Refused as error:
            assert error.code in (101, 109)
        except Exception as error:  # a close is as good as an error
            assert getattr(error, "code", None) in (3500, 3503), error


def other_room(person):
    """The channel of a new room of that person."""
    return f"room:{person.room('alive')['id']}"


async def test_log_out_closes_the_socket_with_3503(people, server):
    """So does logging out."""
    session = people.user().log_in()
    async with await Client.open(server, session["access_token"]) as client:
        expect(await asyncio.to_thread(Rest(server.url, session["access_token"]).post, "/auth/logout"), 204)
        assert await client.closed() == 3503


async def test_reuse_of_a_refresh_token_closes_the_socket_with_3503(people, server, anonymous):
    """A stolen token ends the session, its socket too."""
    first = people.user().log_in()
    second = expect(anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), 200)
    expect(anonymous.post("/auth/refresh", {"refresh_token": second["refresh_token"]}), 200)
    async with await Client.open(server, second["access_token"]) as client:
        refused(
            await asyncio.to_thread(anonymous.post, "/auth/refresh", {"refresh_token": first["refresh_token"]}),
            401,
            "refresh_token_reused",
        )
        assert await client.closed() == 3503


async def test_eviction_closes_the_socket_and_says_why(people, server):
    """The evicted session's socket gets 3503 with a reason in words."""
    person = people.user()
    first = person.log_in()
    async with await Client.open(server, first["access_token"]) as client:
        await asyncio.to_thread(log_ins, person, 10)
        assert await client.closed() == 3503
        assert client.close_reason


async def test_deleting_a_user_closes_all_their_sockets(people, server):
    """Every session of a deleted account ends."""
    person = people.user()
    sessions = log_ins(person, 2)
    clients = [await Client.open(server, session["access_token"]) for session in sessions]
    answer = await asyncio.to_thread(person.rest.delete, "/users/me")
    assert answer.status_code in (200, 204), answer.text
    assert [await client.closed() for client in clients] == [3503, 3503]


def let_pass(server, minutes):
    """Makes everything that the store holds of sessions so much older, while the server is down."""
    assert server.stop() == 0
    with sqlite3.connect(server.database()) as store:
        for column in ("created_at", "last_used_at", "rotated_at", "idle_expires_at", "absolute_expires_at"):
            store.execute(f"UPDATE sessions SET {column} = {column} - ?", (minutes * 60_000,))
    server.start()


def test_a_session_ends_when_it_is_not_used_and_at_its_age(own_server):
    """By the times of the options: it goes on while it is refreshed in time, and ends at its age in spite of that."""
    server = own_server("--refresh-idle", "1h", "--refresh-absolute", "2h")
    anonymous, person = Rest(server.url), People(server).user()
    used, left = person.log_in(), person.log_in()
    assert used["refresh_expires_in"] == 3600

    def refresh(session):
        return anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]})

    for _ in range(2):
        let_pass(server, 55)
        used = expect(refresh(used), 200)
    assert used["refresh_expires_in"] <= 600 and used["expires_in"] <= 600, "it would outlive the session"
    refused(refresh(left), 401, "invalid_refresh_token")
    refused(Rest(server.url, left["access_token"]).get("/users/me"), 401, "unauthorized")
    let_pass(server, 15)
    refused(refresh(used), 401, "invalid_refresh_token")
    refused(Rest(server.url, used["access_token"]).get("/users/me"), 401, "unauthorized")


def test_sessions_survive_a_restart_and_so_do_their_ends(own_server):
    """A session that lived goes on; one that ended stays ended; the rotation goes on."""
    server = own_server()
    person = People(server).user()
    alive, ended = log_ins(person, 2)
    expect(Rest(server.url, ended["access_token"]).post("/auth/logout"), 204)
    server.restart()
    expect(Rest(server.url, alive["access_token"]).get("/users/me"), 200)
    refused(Rest(server.url, ended["access_token"]).get("/users/me"), 401, "unauthorized")
    expect(Rest(server.url).post("/auth/refresh", {"refresh_token": alive["refresh_token"]}), 200)
    refused(Rest(server.url).post("/auth/refresh", {"refresh_token": ended["refresh_token"]}), 401)
