"""Stopping on PostgreSQL, Redis and Kafka: nothing is lost, and they are left in this order."""

import contextlib
import os
import pathlib
import re
import signal
import time

import pytest
from support.database import Database
from support.metrics import figure
from support.people import People
from support.rest import Rest
from support.steady_load import LIMIT_SECONDS, stop_again_and_again
from support.waiting import until

SERVICES = ("DATABASE_URL", "REDIS_URL", "KAFKA_BROKERS")  # in the order in which they are left
ESTABLISHED = "01"
SECONDS = 240  # for stops until a look has fallen between each two


def address(name):
    """The address of a service for tests."""
    found = os.environ.get(f"CALLBOARD_TEST_{name}")
    assert found, f"CALLBOARD_TEST_{name} is not set: see scripts/services --for-tests environment"
    return found


@pytest.fixture
def served(own_server):
    """A server on all three, with a database of its own."""
    with Database() as database:
        variables = {f"CALLBOARD_{each}": address(each) for each in SERVICES} | {"CALLBOARD_DATABASE_URL": database.url}
        server = own_server("--drain-timeout", f"{LIMIT_SECONDS}s", env=variables)
        yield server
        server.discard()


def test_under_full_load_no_request_is_cut_and_no_acknowledged_message_is_lost(served):
    """As on the embedded parts."""
    stop_again_and_again(served)


def ports():
    """Those of the services, in order."""
    return [int(re.search(r":(\d+)(?:/[^/]*)?$", address(name)).group(1)) for name in SERVICES]


def links(inodes=None):
    """Connections of this machine that carry data: (own port, other port); of those with these inodes."""
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return {
        (int(row[1].split(":")[1], 16), int(row[2].split(":")[1], 16))
        for row in rows
        if row[3] == ESTABLISHED and (inodes is None or row[9] in inodes)
    }


def sockets_of(pid):
    """The inodes of a process's sockets; none of one that has ended."""
    found = set()
    with contextlib.suppress(FileNotFoundError, PermissionError, ProcessLookupError):
        for entry in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                found.update(re.findall(r"^socket:\[(\d+)\]$", os.readlink(f"/proc/{pid}/fd/{entry}")))
    return found


def stop_and_look(served):
    """One start and stop: for each look at the system's table, in their order, which of the services the server was
    still connected to. And what the server said."""
    served.start()
    wanted = ports()
    rest = Rest(served.url)
    until(lambda: figure(rest, 'callboard_dependency_up{dependency="redis"}') == 1, 60, "a connection to Redis")

    def own_links():
        return {link for link in links(sockets_of(served.process.pid)) if link[1] in wanted}

    until(lambda: {link[1] for link in own_links()} == set(wanted), 60, "connections to all three")
    own = own_links()
    served.signal(signal.SIGTERM)
    seen = []
    while served.process.poll() is None:
        # Kafka's client leaves the connection by which it asked for the brokers when it has one to the broker.
        own |= own_links()
        still = {link[1] for link in own & links()}
        seen.append([port in still for port in wanted])
    assert served.wait() == 0
    return seen, served.last_output()


# A look is not of one moment: what it misses had ended when it ended, what it finds was there when it began. So only two
# looks, one after the other, tell which of two services was left first.
def left_before(seen, first, second):
    """Whether a look missed the first service, and the next one still found the second."""
    return any(not look[first] and after[second] for look, after in zip(seen, seen[1:]))


def test_the_database_is_left_first_then_redis_then_kafka(served):
    """Told by the log, and seen in the system's table of connections from the signal to the end. A stop may be too quick
    for a look to fall between its steps: then once more. Between database and Redis lie microseconds: no look has to fall
    there, but none may see the opposite."""
    person = People(served).user()
    person.say(person.room("hall")["id"], "something to publish")
    assert served.stop() == 0
    wanted = {(0, 2), (1, 2)}
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        seen, output = stop_and_look(served)
        assert seen[0] == [True, True, True]
        for first, second in ((0, 1), (0, 2), (1, 2)):
            assert not left_before(seen, second, first), f"{SERVICES[second]} before {SERVICES[first]}: {seen}"
        steps = re.findall(r"Stopping: ([^.]*)\.", output)
        assert steps[-4:] == ["the database", "Redis", "Kafka", "the actors"]
        wanted -= {pair for pair in wanted if left_before(seen, *pair)}
        if not wanted:
            return
    raise AssertionError(f"within {SECONDS} s no look fell between {wanted}")
