"""Stopping: nobody's request is cut, nothing acknowledged is lost, and whatever hangs has a deadline."""

import asyncio
import collections
import signal
import socket
import time

from support.people import People
from support.raw_http import RawHttp
from support.rest import expect
from support.server import run
from support.steady_load import LIMIT_SECONDS, SHUTDOWN, stop_again_and_again
from support.waiting import until

HOST = "Host: 127.0.0.1\r\n"


def test_under_full_load_no_request_is_cut_and_no_acknowledged_message_is_lost(own_server):
    """REST with and without keep-alive and WebSockets send without a pause; SIGTERM comes at any moment."""
    stop_again_and_again(own_server("--drain-timeout", f"{LIMIT_SECONDS}s"))


def test_a_kept_connection_is_answered_once_more_and_an_idle_one_is_closed_without_a_reset(own_server):
    """Its next request gets 503 and `Connection: close`; who has none sees an end of the stream, not a reset."""
    server = own_server("--drain-timeout", "2m")
    with RawHttp(server) as talking, RawHttp(server) as idle, RawHttp(server) as fresh:
        for each in (talking, idle):
            each.send(f"GET /livez HTTP/1.1\r\n{HOST}\r\n")
            assert each.answer()[0] == 200
        server.signal(signal.SIGTERM)
        until(lambda: "Stopping: connections" in server.last_output(), 60, "the begin of the drain")
        talking.send(f"GET /users/me HTTP/1.1\r\n{HOST}\r\n")
        status, headers, _ = talking.answer()
        assert (status, headers["connection"]) == (503, "close")
        for each in (talking, idle, fresh):
            assert each.connection.recv(1) == b"", "an end, not a reset"
    assert server.wait() == 0


def test_readiness_ends_before_service_does(own_server):
    """During the pause /readyz says 503 on a server that serves as before."""
    server = own_server("--drain-timeout", "60s", "--drain-delay", "30s")
    person = People(server).user()
    server.signal(signal.SIGTERM)

    def status():
        with RawHttp(server) as probe:
            probe.send(f"GET /readyz HTTP/1.1\r\n{HOST}\r\n")
            return probe.answer()[0]

    until(lambda: status() == 503, 60, "a server that is not ready")
    assert expect(person.rest.get("/users/me"), 200)["username"] == person.username
    server.signal(signal.SIGTERM)
    assert server.wait(60) == 130


def test_the_pause_is_part_of_the_deadline(tmp_path):
    """More than half of it is refused."""
    done = run("serve", "--data-dir", tmp_path, "--drain-timeout", "10s", "--drain-delay", "6s")
    assert done.returncode == 2
    assert done.stderr == "--drain-delay (CALLBOARD_DRAIN_DELAY): must be at most half of --drain-timeout\n"


def send_half(raw):
    """A request of which the server has read the header, and waits for the body."""
    raw.send(f"POST /auth/login HTTP/1.1\r\n{HOST}Content-Type: application/json\r\nContent-Length: 50\r\n"
             "Expect: 100-continue\r\n\r\n")
    assert raw.answer()[0] == 100
    raw.send("{")


def test_a_second_signal_ends_at_once_with_a_code_of_its_own(own_server):
    """Whoever insists need not wait for a client that keeps the server waiting."""
    server = own_server("--drain-timeout", "10m")
    with RawHttp(server) as slow:
        send_half(slow)
        server.signal(signal.SIGTERM)
        until(lambda: "Stopping: connections" in server.last_output(), 60, "the begin of the drain")
        server.signal(signal.SIGINT)
        assert server.wait(60) == 130


def test_a_request_that_does_not_come_whole_gets_408_before_the_deadline(own_server):
    """The server does not wait for ever, and ends in order. (On a machine that stands still for seconds just then it cannot
    be in time: then once more.)"""
    for _ in range(5):
        server = own_server("--drain-timeout", "6s")
        with RawHttp(server) as slow:
            send_half(slow)
            begun = time.monotonic()
            server.signal(signal.SIGTERM)
            answer = slow.answer()
            assert answer is None or (answer[0], answer[1]["connection"]) == (408, "close")
            assert slow.connection.recv(1) == b""
        code = server.wait()
        if answer is not None and code == 0:
            return
        assert code in (0, 4) and time.monotonic() - begun > 5, (answer, code)
    raise AssertionError("five times not before the deadline")


def test_who_comes_late_is_turned_back_by_a_port_that_resets_nobody(own_server):
    """The listener closes last. Whoever only connects, hundreds of times, is let in or refused, never reset."""
    server = own_server("--drain-timeout", "20s")
    server.signal(signal.SIGTERM)
    links = collections.deque()
    while True:
        link = socket.socket()
        link.settimeout(20)
        try:
            link.connect(server.address)
        except (ConnectionRefusedError, TimeoutError):
            break
        links.append(link)
        if len(links) > 500:
            links.popleft().close()
    assert server.wait() == 0
    for link in links:
        assert link.recv(1) == b"", "an end, not a reset"
        link.close()


async def test_websockets_are_closed_one_after_the_other(own_server):
    """At most one in a millisecond, so that they do not come back all at once."""
    count = 300
    server = own_server("--drain-timeout", "60s")
    person = People(server).user()
    clients = [await person.client() for _ in range(count)]
    ends = []

    async def wait(client):
        assert await client.closed(60) == SHUTDOWN
        ends.append(time.monotonic())

    waits = [asyncio.create_task(wait(client)) for client in clients]
    begun = time.monotonic()
    server.signal(signal.SIGTERM)
    await asyncio.gather(*waits)
    # A slow machine makes it longer, never shorter.
    assert max(ends) - begun >= count / 1000
    assert sum(end - begun < count / 2000 for end in ends) <= count * 3 / 4, "half of the time, not most of them"
    assert await asyncio.to_thread(server.wait) == 0
