"""How soon a log-out takes effect: the last request that is accepted, the last frame on an open socket (LOGOUT)."""

import asyncio
import json
import time

import websockets

from passwords import quantile
from servers import Failed

SESSIONS = 500
QUICK_SESSIONS = 15
WRITERS = 4
ASKERS = 4
OPEN_FOR = 0.05  # seconds of messages and requests before the log-out
FOLLOWED_FOR = 0.25  # seconds of requests after its answer
CLOSED_WITHIN = 10.0


class Asker:
    """Requests one after the other, on a connection that stays."""

    @classmethod
    async def open(cls, port, token):
        """A connection whose requests carry a token."""
        self = cls()
        self.port = port
        self.token = token
        await self.connect()
        return self

    async def connect(self):
        """A connection, in place of the one before if there was one."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, method, path, body=None):
        """The status, and the body as JSON if there is one."""
        content = b"" if body is None else json.dumps(body).encode()
        kind = "" if body is None else "Content-Type: application/json\r\n"
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n{kind}"
                          f"Content-Length: {len(content)}\r\n\r\n".encode() + content)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        answer = await self.reader.readexactly(int(length or 0))
        if "\r\nconnection: close\r\n" in head:  # it has had its share of requests
            self.close()
            await self.connect()
        return int(head.split()[1]), json.loads(answer) if answer else None

    def close(self):
        self.writer.close()


class Watched:
    """One session: its socket in a room where others write, and requests with its token."""

    def __init__(self, server, room, token):
        self.server = server
        self.room = room
        self.token = token
        self.last_frame = self.last_accepted = 0.0
        self.frames = 0
        self.over = False

    async def read(self, socket):
        """Notes when the last message came, until the server closes."""
        try:
            while True:
                await socket.recv()
                self.last_frame = time.monotonic()
                self.frames += 1
        except websockets.ConnectionClosed as closed:
            if closed.code != 3503:
                raise Failed(f"the socket was closed with {closed.code}") from None

    async def ask(self):
        """Notes when the last request was sent that was accepted."""
        asker = await Asker.open(self.server.port, self.token)
        while not self.over:
            sent = time.monotonic()
            status, _ = await asker.ask("GET", "/users/me")
            if status not in (200, 401):
                raise Failed(f"/users/me answered {status}")
            if status == 200:
                self.last_accepted = max(self.last_accepted, sent)
        asker.close()

    async def run(self):
        """(ms from the answer of the log-out to the last accepted request, to the last frame); 0: none after it."""
        async with websockets.connect(self.server.url, ping_interval=None, compression=None) as socket:
            await socket.send(json.dumps({"id": 1, "connect": {"token": self.token}}))
            await socket.send(json.dumps({"id": 2, "subscribe": {"channel": f"room:{self.room}"}}))
            tasks = [asyncio.create_task(self.read(socket)), *(asyncio.create_task(self.ask()) for _ in range(ASKERS))]
            try:
                await asyncio.sleep(OPEN_FOR)
                leaving = await Asker.open(self.server.port, self.token)
                status, _ = await leaving.ask("POST", "/auth/logout")
                ended = time.monotonic()
                leaving.close()
                if status != 204 or self.frames < 3 or not self.last_accepted:
                    raise Failed(f"before the log-out, which answered {status}, {self.frames} frames came")
                await asyncio.sleep(FOLLOWED_FOR)
                self.over = True
                await asyncio.wait_for(asyncio.gather(*tasks), CLOSED_WITHIN)
            finally:
                for task in tasks:
                    task.cancel()
        return tuple(1000 * max(0.0, last - ended) for last in (self.last_accepted, self.last_frame))


async def follow(server, sessions):
    """What each of so many sessions saw, one after the other, while others write into their room without pause."""
    tokens = server.tokens.read_text(encoding="ascii").split()
    owner = await Asker.open(server.port, tokens[0])
    status, room = await owner.ask("POST", "/rooms", {"name": "leaving", "kind": "public"})
    if status != 201:
        raise Failed(f"the room was answered with {status}: {room}")
    over = False

    async def write():
        asker = await Asker.open(server.port, tokens[0])
        while not over:
            status, answer = await asker.ask("POST", f"/rooms/{room['id']}/messages", {"text": "a message"})
            if status != 201:
                raise Failed(f"a message was answered with {status}: {answer}")
        asker.close()

    writing = [asyncio.create_task(write()) for _ in range(WRITERS)]
    try:
        found = [await Watched(server, room["id"], token).run() for token in tokens[1:sessions + 1]]
    finally:
        over = True
        await asyncio.gather(*writing)
    owner.close()
    return found


def measure_log_outs(server, quick=False):
    """Milliseconds from the answer of a log-out to the last request accepted and the last frame. `server` is not started."""
    with server:
        found = asyncio.run(follow(server, QUICK_SESSIONS if quick else SESSIONS))
    requests, frames = (sorted(values) for values in zip(*found))
    return {"sessions": len(found), "request_p99_ms": quantile(requests, 0.99), "request_max_ms": requests[-1],
            "frame_p50_ms": quantile(frames, 0.5), "frame_p99_ms": quantile(frames, 0.99), "frame_max_ms": frames[-1]}
