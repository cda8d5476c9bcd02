"""Many hands on one session: what all of them saw can have happened one after the other (security.md 9, 10)."""

import asyncio
import random
import time

from linearizability.search import Operation, is_linearizable
from linearizability.session import Session, step
from storm.http import ask, log_in
from storm.places import count
from support.people import PASSWORD, People

HANDS = 4
STEPS_OF_A_SESSION = 20


class Course:
    """The life of one session in the hands of several clients, and what they saw."""

    def __init__(self, server, name, chance, tokens):
        self.server = server
        self.name = name
        self.chance = chance
        self.first = tokens["refresh_token"]
        self.access = tokens["access_token"]
        self.known = [self.first]
        self.history = []
        self.left = STEPS_OF_A_SESSION

    async def note(self, kind, argument, work):
        """Does something and notes when."""
        called = time.monotonic()
        result = await work
        self.history.append(Operation(kind, argument, result, called, time.monotonic()))

    async def refresh(self, token):
        """What a refresh gave: the next token, or why not."""
        answer = await ask(self.server, "POST", "/auth/refresh", {"refresh_token": token})
        if answer.status == 200:
            fresh = answer.body["refresh_token"]
            if fresh not in self.known:
                self.known.append(fresh)
            return fresh
        assert answer.status == 401, answer
        return {"invalid_refresh_token": "invalid", "refresh_token_reused": "reused"}[answer.body["code"]]

    async def log_out(self):
        """Ends it; who comes too late is told nothing of interest."""
        answer = await ask(self.server, "POST", "/auth/logout", token=self.access)
        assert answer.status in (204, 401), answer

    async def evict(self):
        """Another log-in of the same user, who may have one session: it pushes this one out."""
        answer = await log_in(self.server, self.name, PASSWORD)
        assert answer.status == 200, answer

    async def hand(self):
        """One client: it refreshes what it knows, mostly what is newest; now and then something ends the session."""
        while self.left > 0:
            self.left -= 1
            pick = self.chance.random()
            if pick < 0.03:
                await self.note("end", None, self.log_out())
            elif pick < 0.04:
                await self.note("end", None, self.evict())
            elif pick < 0.10:
                token = self.chance.choice(self.known)
                await self.note("refresh", token, self.refresh(token))
            else:
                token = self.known[-1] if pick < 0.8 else self.known[max(0, len(self.known) - 2)]
                await self.note("refresh", token, self.refresh(token))

    async def run(self):
        """All hands together."""
        await asyncio.gather(*(self.hand() for _ in range(HANDS)))
        return self.history


async def test_histories_of_refresh_log_out_and_eviction_are_linearizable(place, seed):
    """No fork, no false sign-out, no life after the end: whatever the order, some order explains it."""
    server = place.start("--max-sessions", "1", "--refresh-grace", "1m", "--hasher-wait", "120s")
    sessions = count(1_000, 10_000) // STEPS_OF_A_SESSION
    people = People(server)
    names = people.fresh_names(sessions)
    server.import_users([people.record(name) for name in names])
    chance = random.Random(seed)
    seen, steps = {}, 0
    for first in range(0, sessions, 10):
        some = names[first:first + 10]
        begun = await asyncio.gather(*(log_in(server, name, PASSWORD) for name in some))
        courses = [Course(server, name, random.Random(chance.random()), each.body) for name, each in zip(some, begun)]
        for course, history in zip(courses, await asyncio.gather(*(course.run() for course in courses))):
            told = "\n".join(map(str, sorted(history, key=lambda each: each.called)))
            assert is_linearizable(history, Session(True, course.first), step), f"seed {seed}: {told}"
            steps += len(history)
            for each in history:
                kind = each.result if each.result in ("invalid", "reused") else "refreshed"
                seen[each.name if each.name == "end" else kind] = seen.get(each.name if each.name == "end" else kind, 0) + 1
    # Each kind of end came up: otherwise this would show less than it says.
    assert steps >= count(1_000, 10_000) and {"end", "refreshed", "invalid", "reused"} <= set(seen), seen
    print(f"seed {seed}: {steps} steps of {sessions} sessions, {seen}")
