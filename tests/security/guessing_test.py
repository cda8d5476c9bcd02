"""Guessing (security.md 5-7): what it costs, whom it locks out, and what it tells."""

import asyncio
import functools
import itertools

from storm.faults import kill_and_start
from storm.http import ask, log_in, served, sources, verifications
from storm.places import count
from support.people import PASSWORD, People

WRONG = "not-the-password-5"


def make(server, number):
    """Users without sessions."""
    people = People(server)
    names = people.fresh_names(number)
    server.import_users([people.record(name) for name in names])
    return names


async def storm(place, disturbed=False):
    """Parallel guesses at one account while others log in: exactly 15 are verified, and all others pass."""
    guesses, others = count(200, 1000), count(40, 200)
    # Room for the others and for the 15 that may be under way: what the queue refused would not be verified.
    # A lock lasts longer than the storm, on any machine.
    server = place.start("--hasher-queue", count("64", "256"), "--hasher-wait", "120s", "--lock-seconds", "86400")
    victim, *names = make(server, 1 + others)
    attackers, clients = itertools.cycle(itertools.islice(sources(1), count(8, 50))), sources(2)
    known = await log_in(server, victim, PASSWORD, "10.9.0.1")
    assert known.status == 200, known
    before, _ = await verifications(server)
    tries = [log_in(server, victim, f"{WRONG}{n}", next(attackers)) for n in range(guesses)]
    good = [served(functools.partial(log_in, server, name, PASSWORD, next(clients))) for name in names]
    all_of_them = asyncio.gather(*(each for pair in itertools.zip_longest(tries, good) for each in pair if each is not None))
    if disturbed:
        await kill_and_start(place.redis, all_of_them)
    answers = await all_of_them
    logged_in = [each for each in answers if each.status == 200]
    refused = [each for each in answers if each.status != 200]
    assert len(logged_in) == others, [each.status for each in answers]
    assert {each.status for each in refused} <= {401, 503}
    assert all(int(each.headers["retry-after"]) >= 1 for each in refused if each.status == 503)
    after, _ = await verifications(server)
    assert after - before == 15 + others
    # Locked for everybody but the device that was there before; and only a device of that very account is.
    assert (await log_in(server, victim, PASSWORD, "10.9.0.2")).status == 401
    token = known.body["device_token"]
    foreign = next(each for each in logged_in).body["device_token"]
    assert (await log_in(server, victim, PASSWORD, "10.9.0.2", device_token=foreign)).status == 401
    assert (await log_in(server, victim, PASSWORD, "10.9.0.2", device_token=token)).status == 200
    assert (await verifications(server))[0] == after + 1


async def test_parallel_guesses_cost_fifteen_verifications_and_others_log_in(place):
    """By the server's own count of verifications, whatever the guesses were answered."""
    await storm(place)


async def test_killing_redis_meanwhile_opens_nothing(services):
    """Neither more verifications nor log-ins that fail: this node's own counts decide."""
    await storm(services, disturbed=True)


async def test_a_browser_is_known_by_a_cookie_that_no_script_reads(embedded):
    """Set at log-in, with every attribute; it passes the lock, stays after the session, and has a count of its own."""
    server = embedded.start("--max-attempts-enter", "3")
    (name,) = make(server, 1)
    first = await log_in(server, name, PASSWORD, cookie=True)
    assert first.status == 200 and "device_token" not in first.body
    cookie = first.headers["set-cookie"]
    assert cookie.startswith("callboard-device=") and "; HttpOnly" in cookie and "; SameSite=Strict" in cookie
    device = cookie.split(";")[0]
    for _ in range(3):
        assert (await log_in(server, name, WRONG)).status == 401
    assert (await log_in(server, name, PASSWORD)).status == 401
    assert (await log_in(server, name, PASSWORD, cookie=True, cookie_header=device)).status == 200
    assert (await log_in(server, name, PASSWORD, cookie=True, cookie_header=device[:-2] + "AA")).status == 401
    for _ in range(3):
        assert (await log_in(server, name, WRONG, cookie_header=device)).status == 401
    assert (await log_in(server, name, PASSWORD, cookie_header=device)).status == 401


async def test_guessing_at_many_accounts_locks_the_place_it_comes_from(embedded):
    """An IPv6 network counts as one; elsewhere everybody logs in; the answer does not say so."""
    server = embedded.start("--max-attempts-source", "5")
    names = make(server, 7)
    for number, name in enumerate(names[:5]):
        wrong = await log_in(server, name, WRONG, f"2001:db8:1:2::{number + 1}")
    locked = await log_in(server, names[5], PASSWORD, "2001:db8:1:2:ffff::1")
    assert (wrong.status, locked.status) == (401, 401)
    assert {k: v for k, v in wrong.body.items() if k != "request_id"} == {
        k: v for k, v in locked.body.items() if k != "request_id"}
    assert (await log_in(server, names[5], PASSWORD, "2001:db8:1:3::1")).status == 200
    assert (await log_in(server, names[0], PASSWORD, "10.0.0.1")).status == 200


async def test_every_reason_costs_one_hash(embedded):
    """Of an unknown name, a wrong password and a locked account, with the same answer."""
    server = embedded.start("--max-attempts-enter", "2")
    name, locked = make(server, 2)
    for _ in range(2):
        await log_in(server, locked, WRONG)
    bodies = []
    for login, password, kind in (("nobody-at-all", WRONG, (0, 1)), (name, WRONG, (1, 0)), (locked, PASSWORD, (0, 1))):
        before = await verifications(server)
        answer = await log_in(server, login, password)
        after = await verifications(server)
        assert tuple(b - a for a, b in zip(before, after)) == kind, login
        assert answer.status == 401
        bodies.append({k: v for k, v in answer.body.items() if k != "request_id"})
    assert bodies[0] == bodies[1] == bodies[2]
    assert (await ask(server, "GET", "/livez")).status == 200
