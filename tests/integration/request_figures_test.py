"""Every answer of the edge is in `http_requests_total`, those too that were written before there was a request."""

import re
from collections import Counter

import pytest

from support.raw_http import RawHttp
from support.rest import Rest
from support.server import Server
from support.waiting import until

HOST = "Host: 127.0.0.1\r\n"
JSON = f"{HOST}Content-Type: application/json\r\n"
NO_ROUTE = "(none)"

# What is sent, and how the answer is counted: (method, path, status).
REFUSED = {
    "two framings": (
        f"POST /auth/login HTTP/1.1\r\n{JSON}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ("OTHER", NO_ROUTE, 400),
    ),
    "no host": ("GET /livez HTTP/1.1\r\n\r\n", ("OTHER", NO_ROUTE, 400)),
    "noise": ("\x16\x03\x01\x02 \x01\xfc\x03\r\n\r\n", ("OTHER", NO_ROUTE, 400)),
    "another version": (f"GET /livez HTTP/3.0\r\n{HOST}\r\n", ("OTHER", NO_ROUTE, 505)),
    "too many fields": (
        "GET /livez HTTP/1.1\r\n" + HOST + "X-A: b\r\n" * 120 + "\r\n",
        ("OTHER", NO_ROUTE, 431),
    ),
    "a header too long": (f"GET /livez HTTP/1.1\r\n{HOST}X-Long: {'x' * 9000}\r\n\r\n", ("OTHER", NO_ROUTE, 431)),
    "a target too long": (f"GET /{'a' * 10_000} HTTP/1.1\r\n{HOST}\r\n", ("OTHER", NO_ROUTE, 431)),
    "half a header": ("GET /livez HT", ("OTHER", NO_ROUTE, 408)),
    "a target that is none": (f"GET livez HTTP/1.1\r\n{HOST}\r\n", ("OTHER", NO_ROUTE, 400)),
    "half a body": (f"POST /auth/login HTTP/1.1\r\n{JSON}Content-Length: 9\r\n\r\n{{", ("POST", "/auth/login", 408)),
    "a body too long": (
        f"POST /auth/login HTTP/1.1\r\n{JSON}Content-Length: 99999999\r\n\r\n",
        ("POST", "/auth/login", 413),
    ),
    "no such path": (f"GET /no/such/path HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", ("GET", NO_ROUTE, 404)),
    "no handshake": (f"GET /ws HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", ("GET", "/ws", 426)),
}


def counted_in(text):
    """How many answers were counted, by (method, path, status); without those of /metrics, which the tests ask."""
    found = Counter()
    for method, path, status, value in re.findall(
        r'^http_requests_total\{method="([^"]*)",path="([^"]*)",status="(\d+)"\} (\d+)$', text, re.MULTILINE
    ):
        if path != "/metrics":
            found[method, path, int(status)] += int(value)
    return found


def counted(server):
    """The same, of the server's figures now."""
    return counted_in(Rest(server.url).get("/metrics").text)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server that waits for no client for long: only as long as one on a busy machine needs to send what it has."""
    server = Server(tmp_path_factory.mktemp("hasty"), "--header-timeout", "2s", "--body-timeout", "2s")
    yield server.start()
    server.discard()


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_counted_once(hasty, name):
    """Under the route if one was found, else under the one value that all unknown paths share."""
    data, expected = REFUSED[name]
    before = counted(hasty)
    with RawHttp(hasty) as raw:
        raw.send(data)
        answer = raw.answer()
    assert answer is not None and answer[0] == expected[2], answer
    assert counted(hasty) - before == Counter({expected: 1})


def test_a_connection_too_many_is_counted(own_server):
    """The 503 that is written to it without waiting for a request."""
    server = own_server("--connections-per-address", "2")
    before = counted(server)
    refused = served = 0

    def enter():
        """A connection that has a place, or None: the place of whoever has just left may not be free yet."""
        nonlocal refused, served
        raw = RawHttp(server)
        raw.send(f"GET /livez HTTP/1.1\r\n{HOST}\r\n")
        status = raw.answer()[0]
        refused += status == 503
        served += status == 200
        if status == 200:
            return raw
        raw.close()
        return None

    first, second = [until(enter, 60, "a place") for _ in range(2)]
    for _ in range(5):
        with RawHttp(server) as raw:
            answer = raw.answer()
        assert answer is not None and answer[0] == 503, answer
        refused += 1
    first.close()
    until(enter, 60, "the place of the one that left").close()
    second.send(f"GET /metrics HTTP/1.1\r\n{HOST}\r\n")  # no new connection, which might be refused
    text = second.answer()[2].decode()
    second.close()
    assert refused >= 5
    assert counted_in(text) - before == Counter({("OTHER", NO_ROUTE, 503): refused, ("GET", "/livez", 200): served})
