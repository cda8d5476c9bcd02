"""Sessions begin, go on and end while Redis is killed and started again: what was ended is accepted by nobody any more."""

import asyncio
import collections
import functools
import random
import time

from storm.faults import kill_and_start
from storm.http import ask, log_in, served
from storm.places import count
from support.people import PASSWORD, People

MOST = 3

# Of answers in a row, so that every thread has given some; and when the last yes must have come: the watch looks every 2 s.
REFUSALS = 16
LATEST = 60.0


class Storm:
    """The hands of a few users, and what they saw."""

    def __init__(self, server, chance):
        self.server = server
        self.chance = chance
        self.seen = collections.Counter()
        self.ended = []  # sessions whose end was answered

    async def served(self, question):
        """What `question` is answered with once it is not 503, which is counted."""

        async def noted():
            answer = await question()
            self.seen["answered 503"] += answer.status == 503
            return answer

        return await served(noted, 120)

    async def enter(self, name):
        """A log-in, which no fault of Redis makes fail."""
        answer = await self.served(lambda: log_in(self.server, name, PASSWORD))
        assert answer.status == 200, answer
        self.seen["log-ins"] += 1
        return answer.body

    async def refresh(self, session):
        """The session with its next tokens, or nothing if it has ended."""
        body = {"refresh_token": session["refresh_token"]}
        answer = await self.served(lambda: ask(self.server, "POST", "/auth/refresh", body))
        assert answer.status in (200, 401), answer
        self.seen["refreshes"] += answer.status == 200
        return answer.body if answer.status == 200 else None

    async def use(self, session, until, accepted):
        """Asks with a token again and again, and notes when it asked what was answered."""
        while not until.is_set():
            asked = time.monotonic()
            answer = await ask(self.server, "GET", "/users/me", token=session["access_token"])
            assert answer.status in (200, 401, 503), answer
            if answer.status == 200:
                accepted.append(asked)

    async def end(self, session):
        """Ends a session in one of the ways there are, unless another log-in did so before."""
        token = session["access_token"]
        ways = {
            "log-outs": ("POST", "/auth/logout", None),
            "ended by themselves": ("DELETE", f"/auth/sessions/{session['session_id']}", None),
        }
        way = self.chance.choice(sorted(ways))
        answer = await self.served(lambda: ask(self.server, *ways[way], token=token))
        assert answer.status in (204, 401, 404), answer
        self.seen[way] += answer.status == 204

    async def is_over(self, session):
        """Neither its tokens nor its list are to be had."""
        for method, path, body, token in (
            ("GET", "/users/me", None, session["access_token"]),
            ("GET", "/auth/sessions", None, session["access_token"]),
            ("POST", "/auth/refresh", {"refresh_token": session["refresh_token"]}, None),
        ):
            answer = await self.served(functools.partial(ask, self.server, method, path, body, token))
            assert answer.status == 401, f"{method} {path} of a session that has ended: {answer}"

    async def hand(self, name, rounds):
        """Logs in, goes on, ends it, and makes sure that it has."""
        for _ in range(rounds):
            session = await self.enter(name)
            renewed = await self.refresh(session)
            if self.chance.random() < 0.2 and renewed:
                again = await self.refresh(renewed)
                if again and await self.refresh(session) is None:  # the first token again: a copy, which ends it all
                    self.seen["reuses"] += 1
                    await self.is_over(again)
                    self.ended.append(again)
                continue
            session = renewed or session
            over, accepted = asyncio.Event(), []
            using = [asyncio.create_task(self.use(session, over, accepted)) for _ in range(2)]
            await self.end(session)
            ended = time.monotonic()
            await self.is_over(session)
            over.set()
            await asyncio.gather(*using)
            late = [asked - ended for asked in accepted if asked > ended]
            assert not late, f"accepted although asked {late} s after its end had been answered"
            self.ended.append(session)


async def test_no_ended_session_is_accepted_while_redis_comes_and_goes(services, seed):
    """Log-ins, refreshes, log-outs, evictions and reuse by several hands of each user: each end holds from its answer on."""
    server = services.start("--hasher-queue", "256", "--hasher-wait", "120s", "--max-sessions", str(MOST))
    people = People(server)
    names = people.fresh_names(count(4, 8))
    server.import_users([people.record(name) for name in names])
    storm = Storm(server, random.Random(seed))
    rounds = count(6, 150)
    storming = asyncio.gather(*(storm.hand(name, rounds) for name in names for _ in range(MOST + 1)))
    kills = await kill_and_start(services.redis, storming)
    await storming
    for session in storm.ended:
        await storm.is_over(session)
    assert kills >= 2 and storm.seen["log-ins"] == len(names) * (MOST + 1) * rounds
    assert storm.seen["log-outs"] and storm.seen["ended by themselves"] and storm.seen["reuses"], storm.seen
    print(f"seed {seed}: Redis was killed {kills} times; {dict(storm.seen)}; {len(storm.ended)} ended, none accepted afterwards")


async def test_what_another_writer_ends_is_refused_soon_also_without_redis(services):
    """The store is all that tells. Threads that remember the token learn it with the next look, within seconds; from then on
    there is no other answer, whatever becomes of Redis."""
    server = services.start()
    people = People(server)
    delays = []
    for _ in range(count(3, 30)):
        person = people.user()
        services.redis.kill()
        session = (await log_in(server, person.username, PASSWORD)).body
        assert (await ask(server, "GET", "/users/me", token=session["access_token"])).status == 200
        await asyncio.to_thread(server.admin, "users", "disable", person.username)
        ended, accepted, refusals = time.monotonic(), 0.0, 0
        # Connections are dealt to the threads in turn: so many refusals in a row come from each.
        while refusals < REFUSALS and accepted < LATEST:
            answer = await ask(server, "GET", "/users/me", token=session["access_token"])
            if answer.status == 200:
                accepted, refusals = time.monotonic() - ended, 0
            elif answer.status == 401:
                refusals += 1
            else:
                assert answer.status == 503, answer  # late is not open
        assert accepted < LATEST, f"still accepted after {accepted:.1f} s"
        delays.append(accepted)
        await asyncio.to_thread(services.redis.start)
        for _ in range(REFUSALS):
            assert (await ask(server, "GET", "/users/me", token=session["access_token"])).status == 401
    print(f"another writer's end, without Redis: accepted for {max(delays):.2f} s at most, of {len(delays)}")
