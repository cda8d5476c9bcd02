"""The real binary on a PostgreSQL that is killed: what asks is told to wait, nothing acknowledged is lost, all comes back."""

import asyncio
import concurrent.futures
import itertools
import subprocess
import threading
import time

import pytest

from support.centrifuge import Client, refusal
from support.rest import Rest
from support.server import Server
from support.services import service_of_its_own
from support.waiting import until

# What actors/session.hpp and adapters/http wait for an answer at most, and what a busy machine may add.
REQUEST_SECONDS = 10.0 + 20.0
WRITERS = 4
TEMPORARY = {"unavailable", "timeout", "moved"}
INTERNAL = 100


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL that only these tests use."""
    with service_of_its_own("postgres") as service:
        service.start()
        yield service


@pytest.fixture(scope="module")
def server(postgres, tmp_path_factory):
    """A server on it."""
    shared = Server(tmp_path_factory.mktemp("server"), env={"CALLBOARD_DATABASE_URL": postgres.address()}).start()
    try:
        yield shared
        assert shared.starts == 1 and shared.process.poll() is None, "no test starts it again"
        assert shared.stop() == 0, shared.last_output()[-3000:]
    finally:
        shared.discard()


class Writer(threading.Thread):
    """Sends messages one after the other, each under a key and until it is acknowledged, as a client should."""

    def __init__(self, person, room):
        super().__init__()
        self.person, self.room = person, room
        self.stopping = threading.Event()
        self.acknowledged = {}  # offset by text
        self.refused = []

    def run(self):
        rest = Rest(self.person.server.url, self.person.token)
        for number in itertools.count():
            text = f"{self.person.id}-{number}"
            while text not in self.acknowledged:
                answer = rest.post(f"/rooms/{self.room}/messages", {"text": text, "key": text}, timeout=60)
                if answer.ok:
                    self.acknowledged[text] = answer.json()["offset"]
                elif self.stopping.is_set():
                    return
                else:
                    self.refused.append(answer)
                    time.sleep(0.05)
            if self.stopping.is_set():
                return


@pytest.fixture
def hall(people):
    """(room, its owner, writers at work in it)"""
    owner, *others = people.users(1 + WRITERS)
    room = owner.room("hall", others)["id"]
    writers = [Writer(each, room) for each in others]
    for each in writers:
        each.start()
    try:
        until(lambda: all(each.acknowledged for each in writers), 60, "messages of each writer")
        yield room, owner, writers
    finally:
        finish(writers)


def finish(writers):
    """Ends them, each after what it has under way."""
    for each in writers:
        each.stopping.set()
    for each in writers:
        each.join(60)
        assert not each.is_alive()


def requests_of(server, owner, room):
    """What needs the database, reading and writing, with an account and without."""
    rest, anyone = Rest(server.url, owner.token), Rest(server.url)
    return {
        "message": lambda: rest.post(f"/rooms/{room}/messages", {"text": "meanwhile"}),
        "room": lambda: rest.post("/rooms", {"name": "meanwhile"}),
        "reminder": lambda: rest.post("/reminders", {"text": "meanwhile", "in": "PT1H"}),
        "profile": lambda: rest.patch("/users/me", {"full_name": "Meanwhile"}),
        "messages": lambda: rest.get(f"/rooms/{room}/messages"),
        "rooms": lambda: rest.get("/rooms"),
        "reminders": lambda: rest.get("/reminders"),
        "registration": lambda: anyone.post(
            "/auth/register", {"username": "meanwhile", "email": "meanwhile@example.com", "password": owner.password}),
        "log-in": lambda: anyone.post("/auth/login", {"login": owner.username, "password": owner.password}),
        "guest": lambda: anyone.post("/auth/guest", {}),
    }  # fmt: skip


def check_told_to_wait(answer):
    """503, why, and when to come back; the shape of a problem was checked when it came."""
    assert answer.status_code == 503, (answer.request.method, answer.request.url, answer.status_code, answer.text)
    assert answer.json()["code"] in TEMPORARY, answer.text
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def is_taken(answer):
    """Whether the server did it. A database that was too slow for it is said to be; everything else must be right."""
    assert answer.ok or answer.status_code == 503, answer.text
    return answer.ok


def check_refused(requests):
    """Each, all at once, is told to wait before its deadline is over."""

    def ask(request):
        begun = time.monotonic()
        return request(), time.monotonic() - begun

    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        for answer, seconds in pool.map(ask, requests.values()):
            check_told_to_wait(answer)
            assert seconds < REQUEST_SECONDS, (answer.request.url, seconds)


async def check_sockets_refused(client, room):
    """Commands that need the database are refused for now; the connection stays."""
    commands = [
        client.rpc("message.send", {"room_id": room, "text": "meanwhile"}),
        client.publish(room, "meanwhile"),
        client.rpc("room.create", {"name": "meanwhile"}),
        client.rpc("reminder.create", {"text": "meanwhile", "in": "PT1H"}),
        client.rpc("room.list", {}),
        client.rpc("reminder.list", {}),
    ]
    for error in await asyncio.gather(*(refusal(each, INTERNAL) for each in commands)):
        assert error.temporary, error


def check_alive(server):
    """What needs no database is there, and the server says that it is not ready."""
    for path in ("/livez", "/.well-known/jwks.json", "/metrics"):
        assert Rest(server.url).get(path).status_code == 200, path
    assert Rest(server.url).get("/readyz").status_code == 503


def check_log(owner, room, writers):
    """Each acknowledged message is in the room, once, at the offset that its sender was told; nothing refused is."""
    events, after = [], 0
    while page := owner.events(room, f"?after={after}&limit=100")["items"]:
        events += page
        after = page[-1]["offset"]
    assert [each["offset"] for each in events] == list(range(1, len(events) + 1))
    said = [(each["text"], each["offset"]) for each in events if each["type"] == "message"]
    assert len(dict(said)) == len(said), "a message is there twice"
    acknowledged = {text: offset for each in writers for text, offset in each.acknowledged.items()}
    assert acknowledged.items() <= dict(said).items()
    # The last try of a writer that was told to stop may have arrived and not been answered.
    assert "meanwhile" not in dict(said)
    assert len(said) <= len(acknowledged) + len(writers)


def test_a_database_that_is_killed_makes_everybody_wait_and_loses_nothing(postgres, server, hall):
    room, owner, writers = hall

    async def connected():
        async with await Client.open(server, owner.token) as client:
            await client.subscribe(room)
            assert postgres.kill()
            await asyncio.to_thread(until, lambda: all(each.refused for each in writers), REQUEST_SECONDS, "refusals")
            await check_sockets_refused(client, room)
            # Who is present is known to the nodes, not to the database.
            found = await client.request("presence", {"channel": f"room:{room}"})
            assert len(found["presence"]) == 1

    asyncio.run(connected())
    check_refused(requests_of(server, owner, room))
    check_alive(server)
    known = {each: len(each.acknowledged) for each in writers}
    postgres.start()
    until(lambda: Rest(server.url).get("/readyz").status_code == 200, 60, "a server that is ready")
    until(lambda: all(len(each.acknowledged) > known[each] for each in writers), 60, "messages of each writer")
    finish(writers)
    for each in writers:
        for answer in each.refused:
            check_told_to_wait(answer)
    check_log(owner, room, writers)
    for name, request in requests_of(server, owner, room).items():
        until(lambda ask=request: is_taken(ask()), what=name, every=0.2)

    async def again():
        async with await owner.client() as client:
            await client.subscribe(room)
            await client.publish(room, "afterwards")
            await client.event("message", text="afterwards")

    asyncio.run(again())


class Session:
    """An open transaction in psql."""

    def __init__(self, url):
        self.process = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, statement):
        """The one line that a statement answers."""
        self.process.stdin.write(statement + ";\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()  # the transaction goes with it
        self.process.wait(60)
        self.process.stdout.close()


def test_what_follows_from_committed_events_waits_for_no_message(postgres, server, people):
    """Decision 020: while a message waits for its transaction, earlier events are counted and leave the outbox."""
    person = people.user()
    room = person.room("books")["id"]
    session = Session(postgres.address())
    deadline = time.monotonic() + 120
    for number in itertools.count():
        assert session.ask("SELECT 1") == "1"
        person.say(room, f"counted {number}")
        # Who adds to the outbox holds this row; nobody can while the test does.
        session.ask("BEGIN; SELECT value FROM sequences WHERE name = 'outbox' FOR UPDATE")
        if int(session.ask("SELECT count(*) FROM outbox")) > 0:
            break
        session.ask("ROLLBACK; SELECT 1")  # they were faster
        assert time.monotonic() < deadline, f"the outbox was empty {number} times"

    def say():
        """Who waits for the row too long is refused, and asks again."""
        answer = person.rest.post(f"/rooms/{room}/messages", {"text": "waits", "key": "waits"})
        return is_taken(answer) and answer.json()

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        try:
            waiting = pool.submit(until, say, 120, "the message")
            until(lambda: int(session.ask("SELECT count(*) FROM outbox")) == 0, 60, "an empty outbox")
            assert not waiting.done()
        finally:
            session.end()
        assert waiting.result(60)["offset"] > number
