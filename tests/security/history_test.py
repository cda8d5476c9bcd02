"""Many hands on one session: what all of them saw can have happened one after the other (security.md 9, 10, 13)."""

import asyncio
import collections
import random
import time

from linearizability.search import Operation, is_linearizable
from linearizability.session import Session, step
from storm.http import ask, log_in
from storm.places import count
from support.people import PASSWORD, People

HANDS = 4
STEPS_OF_A_SESSION = 20
GRACE_SECONDS = 60
# What a hand does, of 100 steps: while the session lives, and once its end was seen.
ALIVE = {"refresh the newest": 62, "refresh one of the newest": 22, "refresh any": 6, "log out": 2, "enter": 3, "ban": 3, "unban": 2}
ENDED = {"refresh the newest": 30, "refresh any": 10, "log out": 10, "enter": 20, "ban": 15, "unban": 15}


class Unheard(Exception):
    """503: whether something was done is not known, and a history with a guess in it would show nothing."""


class Course:
    """The life of one session in the hands of several clients, and what they saw."""

    def __init__(self, server, name, chance, tokens, admin):
        self.server = server
        self.name = name
        self.user = tokens["user"]["id"]
        self.admin = admin
        self.chance = chance
        self.is_over = False
        self.first = tokens["refresh_token"]
        self.access = tokens["access_token"]
        self.known = [self.first]
        self.history = []
        self.left = STEPS_OF_A_SESSION
        self.is_whole = True

    async def ask(self, *request, **more):
        """An answer other than 503."""
        answer = await ask(self.server, *request, **more)
        if answer.status == 503:
            raise Unheard
        return answer

    async def note(self, kind, argument, work):
        """Does something and notes when."""
        called = time.monotonic()
        result = await work
        self.history.append(Operation(kind, argument, result, called, time.monotonic()))

    async def refresh(self, token):
        """What a refresh gave: the next token, or why not."""
        answer = await self.ask("POST", "/auth/refresh", {"refresh_token": token})
        if answer.status == 200:
            fresh = answer.body["refresh_token"]
            if fresh not in self.known:
                self.known.append(fresh)
            return fresh
        assert answer.status == 401, answer
        self.is_over = True
        return {"invalid_refresh_token": "invalid", "refresh_token_reused": "reused"}[answer.body["code"]]

    async def log_out(self):
        """Ends it; who comes too late is told nothing of interest."""
        answer = await self.ask("POST", "/auth/logout", token=self.access)
        assert answer.status in (204, 401), answer

    async def enter(self):
        """Another log-in of the same user, who may have one session: it pushes this one out, unless the user is banned."""
        answer = await log_in(self.server, self.name, PASSWORD)
        if answer.status == 503:
            raise Unheard
        assert answer.status in (200, 401), answer
        return "entered" if answer.status == 200 else "refused"

    async def set_ban(self, banned):
        """An admin disables the account, or enables it again: whether it is disabled now."""
        answer = await self.ask("PATCH", f"/admin/users/{self.user}", {"disabled": banned}, token=self.admin)
        assert answer.status == 200, answer
        return answer.body["disabled"]

    async def hand(self):
        """One client: it refreshes what it knows, mostly what is newest; now and then something ends the session."""
        while self.left > 0:
            self.left -= 1
            weights = ENDED if self.is_over else ALIVE
            (what,) = self.chance.choices(list(weights), weights.values())
            if what == "log out":
                await self.note("end", None, self.log_out())
            elif what == "enter":
                await self.note("enter", None, self.enter())
            elif what in ("ban", "unban"):
                await self.note(what, None, self.set_ban(what == "ban"))
            else:
                newest = {"refresh the newest": self.known[-1:], "refresh one of the newest": self.known[-2:]}
                token = self.chance.choice(newest.get(what, self.known))
                await self.note("refresh", token, self.refresh(token))

    async def run(self):
        """All hands together, until somebody is not heard. Whether what they saw can be judged."""
        begun = time.monotonic()

        async def until_unheard():
            try:
                await self.hand()
            except Unheard:
                self.is_whole, self.left = False, 0

        await asyncio.gather(*(until_unheard() for _ in range(HANDS)))
        # The model knows nothing of the end of the grace.
        return self.is_whole and time.monotonic() - begun < GRACE_SECONDS - 10


def outcome(operation):
    """What an operation counts as."""
    if operation.name == "refresh":
        return operation.result if operation.result in ("invalid", "reused") else "refreshed"
    return operation.result if operation.name == "enter" else operation.name


async def test_histories_of_refresh_log_out_ban_and_eviction_are_linearizable(place, seed):
    """No fork, no false sign-out, no life after the end, nobody banned comes in: whatever the order, some order explains
    it. Attempts are not bounded here: who is banned tries again and again."""
    server = place.start("--max-sessions", "1", "--refresh-grace", f"{GRACE_SECONDS}s", "--hasher-wait", "120s", "--max-attempts-enter", "0",
                         "--max-attempts-source", "0")
    sessions = count(1_000, 10_000) // STEPS_OF_A_SESSION
    people = People(server)
    names = people.fresh_names(sessions)
    server.import_users([people.record(name) for name in names])
    admin = people.admin().token
    chance = random.Random(seed)
    seen, judged = collections.Counter(), 0
    for first in range(0, sessions, 10):
        some = names[first:first + 10]
        begun = await asyncio.gather(*(log_in(server, name, PASSWORD) for name in some))
        courses = [Course(server, name, random.Random(chance.random()), each.body, admin) for name, each in zip(some, begun)]
        for course, is_judged in zip(courses, await asyncio.gather(*(course.run() for course in courses))):
            seen.update(map(outcome, course.history))
            if not is_judged:
                continue
            judged += 1
            told = "\n".join(map(str, sorted(course.history, key=lambda each: each.called)))
            assert is_linearizable(course.history, Session(True, course.first), step), f"seed {seed}: {told}"
    # Each kind of end came up: otherwise this would show less than it says.
    everything = {"end", "refreshed", "invalid", "reused", "ban", "unban", "entered", "refused"}
    assert everything <= set(seen), seen
    # A busy machine may leave some unheard.
    assert judged >= sessions * 3 / 4, f"{judged} of {sessions}"
    print(f"seed {seed}: {seen.total()} steps of {sessions} sessions, {judged} judged, {dict(seen)}")
