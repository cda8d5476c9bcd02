"""Peers that let the server wait: each is cut at its deadline. One server, and all of them wait at the same time."""

import asyncio
import contextlib
import json

import pytest

from support.frames import CLOSE, TEXT, RawSocket, frame
from support.people import People
from support.server import SOAK, Server

OPTIONS = {
    "header-timeout": "2s",
    "body-timeout": "2s",
    "connect-timeout": "2s",
}
# Of the server whose pings are answered or not: who answers has time for it, and is watched for longer than that.
PATIENT = {"ping-interval": "7s", "pong-timeout": "6s"}
PINGS = 3
LONGEST = 90  # seconds

HEAD = "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What became of each slow peer."""

    def start(options):
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Server(tmp_path_factory.mktemp("deadlines"), *flags).start()

    server, patient = start(OPTIONS), start(PATIENT)
    try:
        yield asyncio.run(all_peers(server, patient, People(patient).user()))
        assert server.process.poll() is None and patient.process.poll() is None
    finally:
        server.discard()
        patient.discard()


async def all_peers(server, patient, person):
    """Runs every peer at once; exceptions are outcomes."""
    peers = {
        "no header": http_peer(server, ["GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: "]),
        "drops of a header": http_peer(server, ["GET /livez HTTP/1.1\r\n"] + ["X-Drop: 1\r\n"] * 400, 0.2),
        "drops of a second header": http_peer(
            server, ["GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", "GET /livez HTTP/1.1\r\n"] + ["X-Drop: 1\r\n"] * 400, 0.2
        ),
        "no body": http_peer(server, [HEAD + "Content-Length: 500\r\n\r\n{"]),
        "drops of a body": http_peer(server, [HEAD + "Content-Length: 5000\r\n\r\n"] + ["x"] * 400, 0.2),
        "drops of chunks": http_peer(server, [HEAD + "Transfer-Encoding: chunked\r\n\r\n"] + ["1\r\nx\r\n"] * 400, 0.2),
        "no connect": silent_socket(server),
        "pongs instead of connect": silent_socket(server, "{}"),
        "no pong": ping_socket(patient, person.token, False),
        "pong": ping_socket(patient, person.token, True),
    }
    if SOAK:  # the deadline of an idle connection is a minute
        peers["no byte"] = http_peer(server, [])
        peers["no second request"] = http_peer(server, ["GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"])
    results = await asyncio.gather(*peers.values(), return_exceptions=True)
    return dict(zip(peers, results))


async def http_peer(server, parts, pause=0.0):
    """Sends parts with pauses; returns everything received until the server closes."""
    reader, writer = await asyncio.open_connection(*server.address)
    received = asyncio.create_task(asyncio.wait_for(read_all(reader), LONGEST))
    for part in parts:
        if received.done():
            break
        writer.write(part.encode())
        await asyncio.sleep(pause)
    try:
        return await received
    finally:
        writer.close()


async def read_all(reader):
    """Everything up to the end, also if that is a reset: the server closed while a drop was on its way."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            received += data
    return received


async def silent_socket(server, text=None):
    """Shakes hands and says nothing (or pongs alone); returns the close code (None: just closed)."""
    raw = await RawSocket.open(server)
    closed = asyncio.create_task(raw.close_code(LONGEST))
    while not closed.done():
        if text is not None:
            await raw.send(frame(TEXT, text))
        await asyncio.sleep(0.2)
    return closed.result()


async def ping_socket(server, token, answers):
    """Connects; answers the protocol's pings or not. Returns the pings seen and the close code (None: still open)."""
    raw = await RawSocket.open(server)
    await raw.connect(token)
    seen = 0
    while seen < PINGS:
        got = await raw.receive(LONGEST)
        assert got is not None, "the connection ended without a close frame"
        if got[0] == CLOSE:
            return seen, int.from_bytes(got[1][:2], "big")
        if got[0] == TEXT and json.loads(got[1]) == {}:
            seen += 1
            if answers:
                await raw.send(frame(TEXT, "{}"))
    await raw.close()
    return seen, None


@pytest.mark.parametrize("name", ["no header", "drops of a header", "no body", "drops of a body", "drops of chunks"])
def test_a_request_that_does_not_come_is_cut(outcomes, name):
    """Also one that comes in drops: the deadline is for the whole. 408 (or nothing), then the end."""
    received = outcomes[name]
    assert isinstance(received, bytes), repr(received)
    assert received == b"" or received.split(b" ")[1] in (b"400", b"408"), received[:200]


def test_a_second_request_has_the_deadline_of_the_first(outcomes):
    """From its first byte: the minute that a connection may be idle is not for those that have begun to ask."""
    received = outcomes["drops of a second header"]
    assert isinstance(received, bytes), repr(received)
    first, _, second = received.partition(b"HTTP/1.1 408 ")
    assert first.startswith(b"HTTP/1.1 200 ") and b"HTTP/1.1" not in first[1:], received[:400]


@pytest.mark.skipif(not SOAK, reason="the deadline of an idle connection is a minute: in the soak run")
def test_an_idle_connection_is_closed(outcomes):
    """One that never asked, and one after its answer."""
    assert isinstance(outcomes["no byte"], bytes), repr(outcomes["no byte"])
    received = outcomes["no second request"]
    assert isinstance(received, bytes), repr(received)
    assert received.startswith(b"HTTP/1.1 200") and received.count(b"HTTP/1.1") <= 2


@pytest.mark.parametrize("name", ["no connect", "pongs instead of connect"])
def test_no_connect_within_the_deadline_closes(outcomes, name):
    """A socket that never says who it is does not stay, whatever else it says."""
    assert outcomes[name] is None or outcomes[name] in (1002, 3012, 3500, 3501, 3503), repr(outcomes[name])


def test_a_missing_pong_closes_3012(outcomes):
    """One ping unanswered is enough. (The next one may be due at the same moment, where a machine stood still.)"""
    assert outcomes["no pong"] in ((1, 3012), (2, 3012)), repr(outcomes["no pong"])


def test_pongs_keep_a_connection(outcomes):
    """Who answers stays."""
    assert outcomes["pong"] == (PINGS, None), repr(outcomes["pong"])
