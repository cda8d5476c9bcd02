"""A banned account (security.md 7, 13): whatever it holds is refused at once, and nothing of it comes back."""

import asyncio
import time

from storm.http import ask, log_in
from support.centrifuge import Client, Closed
from support.people import PASSWORD, People


async def refused_socket(server, token):
    """A connection with this token is closed as one of a session that has ended."""
    try:
        async with await Client.open(server, token):
            return False
    except Closed as closed:
        return closed.code == 3503


async def is_refused(server, session):
    """Token, refresh and a new socket of a session, each as of one that has ended."""
    seen = await ask(server, "GET", "/users/me", token=session["access_token"])
    assert (seen.status, seen.body["code"]) == (401, "unauthorized"), seen
    renewed = await ask(server, "POST", "/auth/refresh", {"refresh_token": session["refresh_token"]})
    assert (renewed.status, renewed.body["code"]) == (401, "invalid_refresh_token"), renewed
    return await refused_socket(server, session["access_token"])


async def first_mail(server, admin):
    """To whom the first mail goes, once there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        mail = (await ask(server, "GET", "/admin/mail", token=admin.token)).body["items"]
        if mail:
            return mail[-1]["to"]
        await asyncio.sleep(0.02)
    raise AssertionError("no mail")


async def test_a_banned_account_is_refused_everywhere_and_only_a_new_log_in_works_afterwards(place):
    """Its token, its refresh token, its socket, its log-in, also from a device it is known by."""
    server = place.start()
    people = People(server)
    admin, person = people.admin(), people.user()
    session = (await log_in(server, person.username, PASSWORD)).body
    device = session["device_token"]

    async def ban(disabled):
        answer = await ask(server, "PATCH", f"/admin/users/{person.id}", {"disabled": disabled}, token=admin.token)
        assert answer.status == 200 and answer.body["disabled"] is disabled, answer

    async with await Client.open(server, session["access_token"]) as client:
        await ban(True)
        assert await client.closed() == 3503
    assert await is_refused(server, session)
    wrong = await log_in(server, person.username, "not-the-password-5")
    for more in ({}, {"device_token": device}):
        shut = await log_in(server, person.username, PASSWORD, **more)
        assert shut.status == wrong.status == 401
        assert {**shut.body, "request_id": ""} == {**wrong.body, "request_id": ""}
    other = people.user()
    for email in (person.email, other.email):
        assert (await ask(server, "POST", "/auth/password/forgot", {"email": email})).status == 202
    assert await first_mail(server, admin) == other.email  # there would be one before it

    await ban(False)
    assert await is_refused(server, session)
    fresh = await log_in(server, person.username, PASSWORD)
    assert fresh.status == 200, fresh
    assert (await ask(server, "GET", "/users/me", token=fresh.body["access_token"])).status == 200
    async with await Client.open(server, fresh.body["access_token"]) as client:
        assert (await ask(server, "POST", "/auth/refresh", {"refresh_token": fresh.body["refresh_token"]})).status == 200
    assert await is_refused(server, session)
