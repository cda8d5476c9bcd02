"""Clients that ask without a pause, and judge what became of each request: to see what a server does that stops."""

import asyncio
import json
import signal
import time

from support.centrifuge import Client, Closed, Refused
from support.people import People
from support.server import SOAK

ROUNDS = 50 if SOAK else 5
LIMIT_SECONDS = 180  # of a stop, as the server is told
PATIENCE = 60.0  # seconds that anything may take on a busy machine
SHUTDOWN = 3001


class Cut(Exception):
    """A request left on a connection that was there, and no answer came."""


class Connection:
    """HTTP by hand: tells a connection that was refused, or ended between two requests, from one that was cut."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    @staticmethod
    async def open(address, context=None):
        """A new connection, by TLS with a context; None if it was refused: nobody listens any more."""
        try:
            return Connection(*await asyncio.wait_for(asyncio.open_connection(*address, ssl=context), PATIENCE))
        except ConnectionRefusedError:
            return None

    async def has_ended(self):
        """Whether the server has ended it already, before anything was asked."""
        for _ in range(2):  # what has arrived is taken: first it is seen, then handed to the reader
            await asyncio.sleep(0)
        return self.reader.at_eof()

    async def ask(self, request):
        """Sends it; returns status, headers in lower case, and body."""
        try:
            self.writer.write(request)
            await self.writer.drain()
            head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode("latin-1").lower()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            body = await asyncio.wait_for(self.reader.readexactly(int(headers.get("content-length", 0))), PATIENCE)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
            raise Cut(f"{request[:60]!r}: {error!r}") from error
        return int(head.split(" ", 2)[1]), headers, body

    def close(self):
        """Ends it."""
        self.writer.close()


class SteadyLoad:
    """Senders of three kinds on rooms of a person: keep-alive REST, REST with a connection each, WebSocket. Each sends
    the next message when the one before is answered, until it finds that nobody listens any more."""

    def __init__(self, server, person, room, context=None):
        self.server = server
        self.context = context
        self.person = person
        self.room = room
        self.next_key = 0
        self.acknowledged = {}  # offset by key
        self.answers = {}  # how many by status
        self.cut = []
        self.close_codes = []
        self.refused = 0  # senders that met a closed port
        self.changed = asyncio.Event()

    def request(self, prefix, keeps_alive):
        """A new message: its key, and the request that sends it."""
        self.next_key += 1
        key = f"{prefix}-{self.next_key}"
        body = json.dumps({"text": key, "key": key}).encode()
        lines = (
            f"POST /rooms/{self.room}/messages HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self.person.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"Connection: {'keep-alive' if keeps_alive else 'close'}",
        )
        return key, "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def take(self, key, status, body):
        """One answer."""
        self.answers[status] = self.answers.get(status, 0) + 1
        if status in (200, 201):
            self.acknowledged[key] = json.loads(body)["offset"]
        self.changed.set()

    async def send_by_rest(self, prefix, keeps_alive):
        """Until the port is closed."""
        link = None
        while True:
            if link is None:
                link = await Connection.open(self.server.address, self.context)
                if link is None:
                    break
            elif await link.has_ended():
                link.close()
                link = None
                continue
            key, request = self.request(prefix, keeps_alive)
            try:
                status, headers, body = await link.ask(request)
                self.take(key, status, body)
            except Cut as error:
                self.cut.append(f"{prefix}: {error}")
                headers = {"connection": "close"}
            if headers.get("connection") == "close":
                link.close()
                link = None
        self.refused += 1

    async def send_by_websocket(self, prefix):
        """Until it is closed; who is closed while it waits for an answer knows that from the code."""
        more = {"ssl": self.context} if self.context else {}
        client = await Client.open(self.server, self.person.token, **more)
        try:
            while True:
                self.next_key += 1
                key = f"{prefix}-{self.next_key}"
                data = {"room_id": self.room, "text": key, "key": key}
                try:
                    self.acknowledged[key] = (await client.rpc("message.send", data, PATIENCE))["offset"]
                    self.changed.set()
                except Refused:
                    pass
        except Closed as closed:
            self.close_codes.append(closed.code)

    async def run(self, stop, before=200):
        """Runs everybody; calls `stop` when some messages were acknowledged to each kind. Returns when all have ended."""
        senders = [self.send_by_rest(f"kept{number}", True) for number in range(16)]
        senders += [self.send_by_rest(f"once{number}", False) for number in range(16)]
        senders += [self.send_by_websocket(f"live{number}") for number in range(16)]
        tasks = [asyncio.create_task(each) for each in senders]
        while not all(self.count(kind) >= before / 4 for kind in ("kept", "once", "live")):
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), PATIENCE)
        await asyncio.to_thread(stop)
        await asyncio.wait_for(asyncio.gather(*tasks), 2 * PATIENCE)

    def count(self, kind):
        """How many messages of one kind were acknowledged."""
        return sum(key.startswith(kind) for key in self.acknowledged)

    def stored(self):
        """What the room holds, read anew: offset by key. Each key is there once."""
        found, after = {}, 0
        while page := self.person.events(self.room, f"?after={after}&limit=200")["items"]:
            for event in page:
                if event["type"] == "message":
                    assert event["key"] not in found, f"twice: {event['key']}"
                    found[event["key"]] = event["offset"]
            after = page[-1]["offset"]
        return found


def stop_under_load(server, person, context=None, meanwhile=lambda: None):
    """One round: load, `meanwhile` and SIGTERM in the midst of it, the end, the start after it, and the check of what is
    stored."""
    room = person.room("load")["id"]
    load = SteadyLoad(server, person, room, context)
    person.rest.session.close()  # a stop waits a while for an idle connection
    begun = []

    def stop():
        meanwhile()
        begun.append(time.monotonic())
        server.signal(signal.SIGTERM)

    asyncio.run(load.run(stop))
    code = server.wait(2 * LIMIT_SECONDS)
    seconds = time.monotonic() - begun[0]
    assert code == 0, server.last_output()[-3000:]
    assert seconds < LIMIT_SECONDS
    assert not load.cut, load.cut[:10]
    assert set(load.answers) <= {201, 503}, load.answers
    assert load.refused == 32
    assert load.close_codes == [SHUTDOWN] * 16
    server.start()
    stored = load.stored()
    lost = {key: offset for key, offset in load.acknowledged.items() if stored.get(key) != offset}
    assert not lost, lost
    return load


def stop_again_and_again(server):
    """Stops it under load and starts it again, many times; ends with a stop. Says what was seen."""
    person = People(server).user()
    answers, acknowledged, closed = {}, 0, 0
    for _ in range(ROUNDS):
        load = stop_under_load(server, person)
        for status, count in load.answers.items():
            answers[status] = answers.get(status, 0) + count
        acknowledged += len(load.acknowledged)
        closed += len(load.close_codes)
    print(f"{ROUNDS} stops: {answers} by REST, {acknowledged} messages acknowledged and stored, {closed} sockets closed")
    assert answers.get(503, 0) > 0, f"nobody was told that the server stops: {answers}"
    assert server.stop() == 0
