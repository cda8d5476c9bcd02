"""The gate passes, cuts, holds and deafens as the faults need it; the kinds are drawn evenly; hits are counted rightly."""

import collections
import concurrent.futures
import random
import socket
import threading

import pytest

from faults.gates import Gates
from faults.kinds import KINDS, drawn
from load.history import History, was_hit
from support.waiting import until


class Echo:
    """A server that sends back what it gets, and remembers it."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.got = b""
        self.news = threading.Condition()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """Takes connections until the listener is closed."""
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        """One connection."""
        try:
            while data := link.recv(4096):
                with self.news:
                    self.got += data
                    self.news.notify_all()
                link.sendall(data)
        except OSError:
            pass
        link.close()

    def close(self):
        """Listens no more."""
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()

    def wait_for(self, data):
        """Whether these bytes come within ten seconds."""
        with self.news:
            return self.news.wait_for(lambda: data in self.got, 60)


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def gates(echo):
    with Gates(["door", "other"]) as made:
        made.tell("door", "lead", port=echo.port)
        yield made


def enter(gates):
    return socket.create_connection(("127.0.0.1", gates.ports["door"]), timeout=60)


def is_reset(link):
    """Whether the connection ends without an answer."""
    try:
        return link.recv(100) == b""
    except ConnectionResetError:
        return True


def test_a_gate_passes_both_ways(gates, echo):
    with enter(gates) as link:
        link.sendall(b"hello")
        assert link.recv(100) == b"hello"
        assert gates.tell("door", "lead", port=echo.port)["connections"] == 1
        assert gates.tell("other", "cut")["connections"] == 0


def test_a_cut_ends_connections_and_lets_new_ones_in(gates):
    with enter(gates) as link:
        link.sendall(b"hello")
        assert link.recv(100) == b"hello"
        answer = gates.tell("door", "cut")
        assert answer["connections"] == 1 and answer["from"] <= answer["to"]
        assert is_reset(link)
    with enter(gates) as link:
        link.sendall(b"again")
        assert link.recv(100) == b"again"


def test_what_is_held_passes_never_and_neither_does_who_comes_meanwhile(gates, echo):
    with enter(gates) as link:
        link.sendall(b"hello")
        assert link.recv(100) == b"hello"
        gates.tell("door", "hold")
        link.sendall(b"held")
        with enter(gates) as late:
            late.sendall(b"late")
            late.settimeout(0.3)
            with pytest.raises(TimeoutError):
                late.recv(100)
            late.settimeout(60)
            until(lambda: gates.tell("door", "hold")["connections"] == 2, what="both to be at the gate")
            gates.tell("door", "cut")
            assert is_reset(link) and is_reset(late)
    with enter(gates) as link:
        link.sendall(b"again")
        assert link.recv(100) == b"again"
    assert echo.got == b"helloagain"


def test_a_deaf_gate_passes_requests_and_loses_answers(gates, echo):
    with enter(gates) as link:
        link.sendall(b"hello")
        assert link.recv(100) == b"hello"
        gates.tell("door", "deafen")
        link.sendall(b"heard")
        assert echo.wait_for(b"heard")
        gates.tell("door", "cut")
        assert is_reset(link)
    with enter(gates) as link:
        link.sendall(b"again")
        assert link.recv(100) == b"again"


def test_an_orphaned_request_reaches_the_server_and_its_answer_is_lost(gates, echo):
    with enter(gates) as link, enter(gates) as other, concurrent.futures.ThreadPoolExecutor() as pool:
        other.sendall(b"first")
        assert other.recv(100) == b"first"
        orphaning = pool.submit(gates.tell, "door", "orphan", word="COMMIT", seconds=10)
        while not orphaning.done():
            link.sendall(b"BEGIN")
            if link.recv(100) != b"BEGIN":
                break
            link.sendall(b"COMMIT")
            if is_reset(link):
                break
        assert orphaning.result()["connections"] == 1
        assert echo.got.endswith(b"COMMIT")
        other.sendall(b"goes on")
        assert other.recv(100) == b"goes on"


def test_an_orphan_that_does_not_come_is_told(gates):
    assert gates.tell("door", "orphan", word="COMMIT", seconds=0.1)["connections"] == 0


def test_a_server_that_is_gone_ends_the_connection(gates, echo):
    echo.close()
    try:
        link = enter(gates)
    except ConnectionResetError:
        return  # before the test knew that it was connected
    with link:
        assert is_reset(link)


@pytest.mark.parametrize("count", [1, 20, 33, 100])
def test_each_kind_is_drawn_as_often_as_any_other(count):
    kinds = drawn(count, random.Random(1))
    often = collections.Counter(kinds)
    assert len(kinds) == count
    assert max(often.values()) - min((often[kind] for kind in KINDS), default=0) <= 1
    assert kinds == drawn(count, random.Random(1))
    assert count == 1 or kinds != drawn(count, random.Random(2))


@pytest.mark.parametrize(
    "sent, answered, outcome, hit",
    [
        (1, 9, "ok", True),
        (1, 4.5, "ok", False),  # while it struck: it may have been over before
        (1, 4.5, "lost", True),
        (1, 3, "lost", False),
        (4.5, 9, "ok", False),
    ],
)
def test_a_try_is_hit_if_it_was_sent_before_and_not_answered(sent, answered, outcome, hit):
    assert was_hit(sent, answered, outcome, 4, 5) is hit


def test_what_is_in_flight_counts_as_hit(tmp_path):
    history = History(tmp_path / "history")
    operation = history.begin("message", 1)
    history.sent(operation, 1)
    now = history.note("run")
    assert history.hit(now + 1, now + 2) == 1
    history.answer(operation, 1, "ok")
    history.end(operation, "ok")
    assert history.hit(now + 1, now + 2) == 0
    assert history.hit(now, now) == 1
    history.close()
