"""One run: starts everything, lets writers and readers work, strikes, waits until all is quiet, and returns what to judge."""

import asyncio
import dataclasses
import pathlib
import random
import subprocess
import time

from checker import analytics, store, topic
from faults import kinds
from load import readers, writers
from load.history import History
from load.http import Http
from load.run import Run
from support.centrifuge import Closed

ROOMS = 8
READERS = 10
# A strike waits for as many tries in flight; that they really were is judged afterwards.
WANTED_IN_FLIGHT = 3
IN_FLIGHT_SECONDS = 20.0
# How long until messages, registrations, rooms and reminders are acknowledged again.
RECOVERY_SECONDS = 90.0
MOST_REDRAWS = 3
BETWEEN_SECONDS = 0.7
QUIET_SECONDS = 120.0
ANALYTICS_SECONDS = 30.0
OBSERVER = pathlib.Path(__file__).with_name("observer.sql")


@dataclasses.dataclass
class Outcome:
    """What a run leaves behind for the checker."""

    seed: int
    history: pathlib.Path
    database: str
    brokers: str
    troubles: list
    seconds: float
    figures: dict  # of GET /admin/analytics


def sql(database, statement):
    """The first column of what a statement returns."""
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", database, "-c", statement],
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


async def until(condition, seconds, what, every=0.02):
    """Waits for a condition; fails after a while."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        await asyncio.sleep(every)


def without_the_cancelled(loop, context):
    """Connections end in the middle of a request all the time: that nobody waits for its answer any more is no news."""
    if not isinstance(context.get("exception"), (asyncio.CancelledError, Closed)):
        loop.default_exception_handler(context)


class Driver:
    """One run on a stage that stands."""

    def __init__(self, stage, seed, count, say=print):
        self.stage = stage
        self.seed = seed
        self.count = count
        self.say = say
        self.chance = random.Random(seed)
        self.history = History(stage.folder / "history.jsonl")
        self.run = Run(stage.gates.ports["clients"], seed, self.history)
        self.ends = None
        self.figures = None
        self.people = {}
        self.admin = None
        self.missed = 0
        self.starting = None  # the task that starts Kafka again

    async def perform(self):
        """The whole run; returns its Outcome."""
        begun = time.monotonic()
        asyncio.get_running_loop().set_exception_handler(without_the_cancelled)
        self.history.note("run", seed=self.seed, faults=self.count, clock=time.time() - time.monotonic())
        sql(self.stage.database, OBSERVER.read_text())
        await self.prepare()
        followers = [asyncio.create_task(self.guarded(each.follow(self.goal_of(each)))) for each in self.make_readers()]
        workers = [asyncio.create_task(self.guarded(each)) for each in self.make_writers()]
        try:
            await self.strike_all()
            self.run.stopping.set()
            await asyncio.wait_for(asyncio.gather(*workers), 120)
            await self.until_kafka_is_back()
            await self.until_quiet()
            self.ends = self.heads()
            await asyncio.wait_for(asyncio.gather(*followers), 60)
            self.figures = await self.analytics()
        finally:
            for task in (*workers, *followers):
                task.cancel()
            await asyncio.gather(*workers, *followers, return_exceptions=True)
            self.history.close()
        return Outcome(self.seed, self.history.path, self.stage.database, self.stage.brokers, self.run.troubles,
                       time.monotonic() - begun, self.figures)  # fmt: skip

    async def guarded(self, work):
        """A writer or reader; what it fails with is trouble of the run."""
        try:
            await work
        except Exception as error:
            self.run.troubles.append(f"{type(error).__name__}: {error}")
            raise

    async def prepare(self):
        """Users, and the rooms that messages go to."""
        names = {kind: [f"{kind}-{number}" for number in range(1, count + 1)] for kind, count in writers.NUMBERS.items()}
        names["reader"] = [f"reader-{number}" for number in range(1, READERS + 1)]
        names["owner"] = ["owner-1"]
        everybody = [name for each in names.values() for name in each]
        made = await asyncio.to_thread(self.stage.people, everybody)
        self.admin = (await asyncio.to_thread(self.stage.people, ["admin-1"], "admin"))[0]
        people = {person.name: person for person in (*made, self.admin)}
        for person in people.values():
            self.history.note("known", user=person.id, name=person.name)
        self.people = {kind: [people[name] for name in each] for kind, each in names.items()}
        owner = self.people["owner"][0]
        writing = [*names["socket"], *names["rest"], *names["reader"]]
        for number in range(ROOMS):
            self.run.rooms.append(await self.make_room(owner, f"hall {number + 1}", writing))
        self.run.closed_room = await self.make_room(owner, "closed hall", names["reader"][:1])
        await asyncio.to_thread(self.stage.stamp_messages, topic.TOPICS)
        self.run.names = [*names["socket"], *names["rest"]]

    async def make_room(self, owner, name, members):
        """A room, as an operation of the history; returns its number."""
        http = Http(self.run.port, owner.token)
        operation = self.history.begin("room", owner.id, name=name, members=members)
        good = lambda made: {"room": made["id"]}  # noqa: E731
        outcome, result = await self.run.settle(
            operation, lambda _: writers.by_rest(http, "/rooms", {"name": name, "members": members}, name, good), self.chance
        )
        http.close()
        assert outcome == "ok", f"{name}: {outcome} {result}"
        return result["room"]

    def make_writers(self):
        """Coroutines of all writers."""
        return [writers.KINDS[kind](self.run, person, person.name) for kind in writers.NUMBERS for person in self.people[kind]]

    def make_readers(self):
        """Readers of rooms, and of the personal streams of those who make reminders and rooms."""
        rooms = [
            readers.RoomReader(self.run, person, person.name, self.run.rooms[number % ROOMS])
            for number, person in enumerate(self.people["reader"])
        ]
        listening = [*self.people["reminding"], *self.people["socket"][:4]]
        return rooms + [readers.PersonalReader(self.run, person, f"{person.name} personal") for person in listening]

    def goal_of(self, reader):
        """Where a reader ends: known once everything is quiet."""
        return lambda: None if self.ends is None else self.ends.get(reader.channel, 0)

    def heads(self):
        """The last offset of every stream in the store."""
        found = sql(self.stage.database, """
            SELECT 'room:' || id || ' ' || last_offset FROM rooms
            UNION ALL SELECT 'user:' || user_id || ' ' || max("offset") FROM personal_events GROUP BY user_id""")  # fmt: skip
        return {channel: int(offset) for channel, offset in (line.split() for line in found)}

    async def strike_all(self):
        """All faults, in a random order; one that hit nothing is drawn again."""
        waiting = [(kind, 0) for kind in kinds.drawn(self.count, self.chance)]
        await self.until_works(time.monotonic())
        done = 0
        while waiting:
            kind, redraws = waiting.pop(0)
            await asyncio.sleep(self.chance.uniform(0, BETWEEN_SECONDS))
            if await self.strike_one(done + 1, kind):
                done += 1
            else:
                self.missed += 1
                assert redraws < MOST_REDRAWS, f"{kind.name} hits nothing in flight"
                waiting.insert(self.chance.randint(0, len(waiting)), (kind, redraws + 1))

    async def strike_one(self, number, kind):
        """One fault and what follows, until everything works again; whether it counts."""
        if kind.whom == "kafka":
            await self.until_kafka_is_back()
        await until(lambda: len(self.history.in_flight) >= WANTED_IN_FLIGHT, IN_FLIGHT_SECONDS, "tries in flight", 0.001)
        struck = await asyncio.to_thread(kinds.strike, self.stage, kind)
        hit = self.history.hit(struck.begun, struck.done)
        self.starting = await kinds.end(self.stage, kind) or self.starting
        over = time.monotonic()
        counts = hit > 0 and struck.connections != 0
        self.history.note("fault", number=number, kind=kind.name, **{"from": struck.begun, "to": struck.done}, over=over,
                          counts=counts, connections=struck.connections)  # fmt: skip
        await self.until_works(over)
        took = time.monotonic() - struck.begun
        self.say(f"  {number:3d}/{self.count} {kind.name:<18} hit {hit:3d} in flight, all works again after {took:5.1f} s"
                 + ("" if counts else "; does not count"))  # fmt: skip
        return counts

    async def until_kafka_is_back(self):
        """Waits until Kafka, should it have been killed, answers again."""
        if self.starting is not None:
            await self.starting
            self.starting = None

    async def until_works(self, since):
        """Until everything that was tried after a time has been acknowledged at least once."""
        wanted = ("message", "registration", "room", "reminder")

        def works():
            assert not self.run.troubles, self.run.troubles
            return all(self.history.last_success.get(kind, 0) > since for kind in wanted)

        await until(works, RECOVERY_SECONDS, f"acknowledgements of {', '.join(wanted)}")

    async def until_quiet(self):
        """Until every reminder that is due has fired and every event has been published."""
        statement = """SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM reminders WHERE state IN (0, 1))"""
        deadline = time.monotonic() + QUIET_SECONDS
        while (left := sql(self.stage.database, statement)) != ["0"]:
            assert time.monotonic() < deadline, f"{left} events and reminders still wait after {QUIET_SECONDS} s"
            await asyncio.sleep(0.2)

    async def analytics(self):
        """The answer of GET /admin/analytics, once it agrees with the store, or when it had its time to."""
        http = Http(self.run.port, self.admin.token)
        deadline = time.monotonic() + ANALYTICS_SECONDS
        wanted = analytics.expected(store.read(self.stage.database))
        while True:
            status, answer = await http.call("GET", "/admin/analytics")
            assert status in (200, 503), f"GET /admin/analytics: {status} {answer}"
            if status == 200 and wanted.items() <= analytics.totals(answer).items():
                return answer
            if time.monotonic() > deadline:
                assert status == 200, f"GET /admin/analytics is refused: {answer}"
                return answer
            await asyncio.sleep(0.2)
