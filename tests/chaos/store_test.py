"""The real binary on a PostgreSQL of the test's own: two servers, a store taken over, a lost COMMIT, a frozen database."""

import asyncio
import contextlib
import itertools
import re
import signal
import statistics
import subprocess
import threading
import time

import pytest

from backing import SERVICES
from checker.store import has_owner, rows_of
from conftest import TOP
from faults.gates import Gates
from faults.services import with_port
from run import folder_of_its_own
from support.centrifuge import Client, Refused
from support.people import People
from support.raw_http import RawHttp
from support.rest import Rest, expect, refused
from support.server import Server
from support.waiting import until

# What a write may take at most, and a request: actors/session.hpp and adapters/http wait so long, then answer.
REQUEST_SECONDS = 10.0
SLACK_SECONDS = 20.0  # for a machine that is busy with other things
FROZEN_SECONDS = 10.0
TEMPORARY = {"unavailable", "timeout", "moved", "overloaded"}


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL that only these tests use."""
    with folder_of_its_own(TOP / "build/chaos-store") as folder:
        service = SERVICES["postgres"](TOP / "build" / f"services-{folder.name}")
        service.reset()
        service.start()
        yield service
        service.stop()


@pytest.fixture
def database(postgres, numbers=itertools.count(1)):
    """The URL of a database of one test's own."""
    name = f"test_{next(numbers)}"
    execute(postgres.address(), f"CREATE DATABASE {name}")
    return postgres.address().rsplit("/", 1)[0] + "/" + name


@pytest.fixture
def gates(postgres):
    """A gate before PostgreSQL."""
    with Gates(["postgres"]) as made:
        made.tell("postgres", "lead", port=postgres.port())
        yield made


@pytest.fixture
def start(tmp_path, database, gates):
    """Starts servers on that database, through the gate."""
    with contextlib.ExitStack() as stack:

        def begin(*flags, ready=True):
            url = with_port(database, gates.ports["postgres"])
            # A file of the first server's: its secret is that of the installation.
            server = Server(tmp_path / f"server-{len(stack._exit_callbacks)}", *flags, env={"CALLBOARD_DATABASE_URL": url},
                            data_dir=tmp_path / "data")  # fmt: skip
            stack.callback(server.discard)
            return server.start() if ready else server.spawn()

        yield begin


def execute(database, statement):
    """Runs a statement that returns nothing."""
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", database, "-c", statement], check=True, capture_output=True,
                   timeout=60)  # fmt: skip


def everything(database):
    """What a write of callboard's would change: the rows of all that people make, and who owns the partitions."""
    tables = ("users", "rooms", "room_events", "members", "reminders", "personal_events", "outbox", "idempotency", "sessions",
              "partitions")  # fmt: skip
    each = " UNION ALL ".join(f"SELECT '{table}' AS name, to_jsonb({table})::text AS row FROM {table}" for table in tables)
    return sorted((row["name"], row["row"]) for row in rows_of(database, each))


def is_ready(server):
    """Whether it says that it serves."""
    return Rest(server.url).get("/readyz").status_code == 200


def test_a_second_server_on_the_database_refuses_to_start(start, database):
    first = start()
    person = People(first).user()
    second = start(ready=False)
    assert second.wait(60) == 3
    assert re.match(r"callboard: Another server works on the database .*callboard lock, process \d+ on ", second.last_output())
    assert len(second.last_output().splitlines()) == 1, second.last_output()
    person.room("the first goes on")
    first.kill()  # its lock goes with its connection
    until(lambda: not has_owner(database), what="the end of its connection")
    third = start()
    assert [room["name"] for room in expect(Rest(third.url, person.token).get("/rooms"), 200)["items"]] == ["the first goes on"]
    assert third.stop() == 0


def test_a_server_whose_partitions_were_taken_over_writes_nothing_more_and_says_so(start, database):
    server = start()
    person, other = People(server).users(2)
    room = person.room("hall", [other])["id"]
    person.say(room, "before", key="before")
    due_at = time.monotonic() + 20
    due = person.remind("due soon", **{"in": "PT20S"})["id"]
    execute(database, "UPDATE partitions SET epoch = epoch + 1, owner = 'another node'")
    taken = everything(database)
    assert time.monotonic() < due_at, "the reminder must come due under the new owner"

    for what in (lambda: person.rest.post(f"/rooms/{room}/messages", {"text": "after", "key": "after"}),
                 lambda: person.rest.post("/rooms", {"name": "after"}),
                 lambda: person.rest.post("/reminders", {"text": "after", "in": "PT1H"}),
                 lambda: person.rest.delete(f"/rooms/{room}/members/{other.id}")):  # fmt: skip
        assert refused(what(), 503)["code"] == "moved"

    async def by_socket():
        async with await Client.open(server, person.token) as client:
            with pytest.raises(Refused) as failure:
                await client.rpc("message.send", {"room_id": room, "text": "after", "key": "socket"})
            assert (failure.value.code, failure.value.temporary) == (100, True)

    asyncio.run(by_socket())
    # Reading goes on; the reminder comes due and cannot fire.
    assert [event["text"] for event in person.events(room)["items"] if event["type"] == "message"] == ["before"]
    until(lambda: re.search(r"Partition \d+ was taken over", server.last_output()), 60, "a line of the log")
    # Nothing happens, also when the reminder has come due; and it is not tried all the time.
    until(lambda: time.monotonic() > due_at + 1, 60, "the reminder to come due", 0.2)
    before, begun = commits_of(database), time.monotonic()
    until(lambda: time.monotonic() > begun + 4, 60, "four seconds", 0.5)
    tried, seconds = commits_of(database) - before, time.monotonic() - begun
    assert tried < 40 * seconds, f"{tried} transactions in {seconds:.1f} s by a server that may write nothing"
    assert everything(database) == taken
    assert rows_of(database, f"SELECT state, fired_count FROM reminders WHERE id = {due}") == [{"state": 0, "fired_count": 0}]

    # A start is a claim: it serves again, and the reminder fires.
    server.kill()
    until(lambda: not has_owner(database), what="the end of its connection")
    server.start()
    until(lambda: rows_of(database, f"SELECT state FROM reminders WHERE id = {due}") == [{"state": 2}], 60, "the reminder")
    assert person.say(room, "after", key="after")["duplicate"] is False
    assert server.stop() == 0


def commits_of(database):
    """How many transactions the database has seen."""
    return rows_of(database, "SELECT xact_commit + xact_rollback AS all FROM pg_stat_database "
                             "WHERE datname = current_database()")[0]["all"]  # fmt: skip


def test_a_commit_whose_answer_is_lost_neither_loses_nor_doubles(start, database, gates):
    server = start()
    person = People(server).user()
    room = person.room("hall")["id"]
    sent, stopping, lost = {}, threading.Event(), []

    def write():
        rest = Rest(server.url, person.token)
        for number in itertools.count(1):
            if stopping.is_set():
                return
            # Without a key: only the server can know that the first one took place.
            answer = rest.post(f"/rooms/{room}/messages", {"text": f"m-{number}"}, timeout=60)
            if answer.status_code == 201:
                sent[f"m-{number}"] = answer.json()["offset"]
            else:
                lost.append(answer.json()["code"])

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for number in range(10):
            until(lambda known=len(sent): len(sent) > known, 60, "messages that are acknowledged")
            assert gates.tell("postgres", "orphan", word="COMMIT", seconds=30)["connections"] == 1, f"orphan {number}"
        until(lambda known=len(sent): len(sent) > known, 60, "messages that are acknowledged")
    finally:
        stopping.set()
        writing.join(60)
    stored = {row["body"]: row["offset"] for row in rows_of(database, 'SELECT body, "offset" FROM room_events ORDER BY "offset"')}
    assert {text: stored.get(text) for text in sent} == sent
    assert sorted(stored.values()) == list(range(1, len(stored) + 1))
    assert len(stored) == rows_of(database, "SELECT count(*) AS n FROM room_events")[0]["n"]
    # Each outcome was found out: whoever was refused was refused rightly.
    assert set(stored) == set(sent), (set(stored) - set(sent), lost)
    assert server.stop() == 0


def test_while_the_database_is_frozen_requests_end_at_their_deadline_and_the_rest_lives(start, postgres):
    server = start()
    person, other = People(server).users(2)
    room = person.room("hall", [other])["id"]
    person.say(room, "before", key="before")
    asks = {
        "message": lambda rest: rest.post(f"/rooms/{room}/messages", {"text": "meanwhile", "key": "meanwhile"}),
        "room": lambda rest: rest.post("/rooms", {"name": "meanwhile"}),
        "reminder": lambda rest: rest.post("/reminders", {"text": "meanwhile", "in": "PT1H"}),
        "registration": lambda rest: Rest(server.url).post(
            "/auth/register", {"username": "late", "email": "late@example.com", "password": "violet-harbour-47"}),
        "log-in": lambda rest: Rest(server.url).post("/auth/login", {"login": person.username, "password": person.password}),
        "messages": lambda rest: rest.get(f"/rooms/{room}/messages"),
        "reminders": lambda rest: rest.get("/reminders"),
    }  # fmt: skip
    ends = {}

    def ask(name):
        rest, begun = Rest(server.url, person.token), time.monotonic()
        answer = asks[name](rest)
        ends[name] = answer, time.monotonic() - begun

    async def live():
        async with await Client.open(server, person.token) as client:
            await client.subscribe(room)
            assert postgres.signal_all(signal.SIGSTOP)
            frozen = time.monotonic()
            waiting = [threading.Thread(target=ask, args=(name,)) for name in asks]
            for each in waiting:
                each.start()
            rounds = []
            # Longer, if need be, until each has been answered: what is still under way then may succeed, and rightly.
            while time.monotonic() < frozen + FROZEN_SECONDS or (len(ends) < len(asks) and time.monotonic() < frozen + 60):
                begun = time.monotonic()
                for path in ("/livez", "/.well-known/jwks.json", "/metrics"):
                    expect_ok(await asyncio.to_thread(Rest(server.url).get, path))
                # What is answered from memory: who may enter, who is present.
                found = await client.request("presence", {"channel": f"room:{room}"})
                assert len(found["presence"]) == 1
                rounds.append(time.monotonic() - begun)
                await asyncio.sleep(0.2)
            assert postgres.signal_all(signal.SIGCONT)
            for each in waiting:
                await asyncio.to_thread(each.join, REQUEST_SECONDS + SLACK_SECONDS)
            # One round may fall on a moment in which the machine did nothing for us; if each waits, it is the server.
            assert statistics.median(rounds) < 2.0, f"what needs no database took {rounds}"
            # Where the store's lock was lost meanwhile, users are attached anew: then the client is told to come back.
            assert client.close_code in (None, 3004)

    try:
        asyncio.run(live())
    finally:
        postgres.signal_all(signal.SIGCONT)
    assert set(ends) == set(asks)
    for name, (answer, seconds) in ends.items():
        assert answer.status_code == 503 and answer.json()["code"] in TEMPORARY, (name, answer.status_code, answer.text)
        assert int(answer.headers["Retry-After"]) >= 1, name
        assert seconds < REQUEST_SECONDS + SLACK_SECONDS, (name, seconds)
    until(lambda: is_ready(server), 60, "a server that is ready")
    until(lambda: person.rest.post(f"/rooms/{room}/messages", {"text": "meanwhile", "key": "meanwhile"}).status_code < 300, 60,
          "an acknowledged message")  # fmt: skip
    texts = [event["text"] for event in person.events(room)["items"] if event["type"] == "message"]
    assert texts == ["before", "meanwhile"]
    assert server.stop() == 0


def expect_ok(answer):
    """An answer of 200, JSON or not."""
    assert answer.status_code == 200, (answer.request.url, answer.status_code)


def is_read(server, client):
    """Whether the server has taken everything that came on this connection (proc(5): the queue of bytes to receive)."""
    ends = f":{server.port:04X}", f":{client.connection.getsockname()[1]:04X}"
    rows = [line.split() for line in open("/proc/net/tcp", encoding="ascii")]
    queues = [row[4] for row in rows if row[1].endswith(ends[0]) and row[2].endswith(ends[1])]
    assert len(queues) == 1, queues
    return queues[0].endswith(":00000000")


def test_a_stop_while_the_database_is_frozen_ends_at_its_deadline_and_says_what_was_left(start, postgres):
    server = start("--drain-timeout", "4s")
    person = People(server).user()
    room = person.room("hall")["id"]
    person.say(room, "what it takes to write is in memory")
    body = '{"text":"never"}'
    head = f"Authorization: Bearer {person.token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    try:
        with RawHttp(server) as client:
            assert postgres.signal_all(signal.SIGSTOP)
            client.send(f"POST /rooms/{room}/messages HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n{body}")
            until(lambda: is_read(server, client), 60, "a request under way")
            begun = time.monotonic()
            server.signal(signal.SIGTERM)
            assert server.wait(4 + SLACK_SECONDS) == 4
            assert time.monotonic() - begun >= 4
    finally:
        postgres.signal_all(signal.SIGCONT)
    # Near the end: the next step may begin just then.
    last = server.last_output().splitlines()[-3:]
    told = r"The 4s of --drain-timeout have passed, and these have not ended: .*the database, Redis"
    assert any(re.search(told, line) for line in last), last
