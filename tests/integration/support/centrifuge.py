"""A client of the Centrifuge protocol's JSON form (protocol.md 1), for asyncio: small, and hiding nothing."""

import asyncio
import json

import websockets

from support.frames import connect_with_small_buffer

DEADLINE = 60.0


class Refused(Exception):
    """The server answered a command with an error."""

    def __init__(self, error):
        super().__init__(f"{error}")
        self.code = error.get("code", 0)
        self.message = error.get("message", "")
        self.temporary = error.get("temporary", False)


class Closed(Exception):
    """The connection ended: `code` is the close code, 1006 if there was none."""

    def __init__(self, code, reason):
        super().__init__(f"closed with {code} {reason!r}")
        self.code = code
        self.reason = reason


class Client:
    """One connection. Pushes gather in `pushes` until a test takes them."""

    def __init__(self, socket, answer_pings=True):
        self.socket = socket
        self.answer_pings = answer_pings
        self.pushes = []
        self.pings = 0
        self.waiting = {}
        self.next_id = 1
        self.close_code = None
        self.close_reason = ""
        self.changed = asyncio.Event()
        self.connected = {}
        self.reader = asyncio.create_task(self.read())

    @staticmethod
    async def dial(server, answer_pings=True, origin=None, path=None, receive_buffer=None, **more):
        """Opens the WebSocket and sends nothing."""
        url = server.ws_url if path is None else f"ws://{server.host}:{server.port}{path}"
        headers = {"Origin": origin} if origin else {}
        if receive_buffer is not None:
            more["sock"] = connect_with_small_buffer(server.address, receive_buffer)
        socket = await websockets.connect(
            url,
            ping_interval=None,
            max_size=None,
            max_queue=more.pop("max_queue", None),
            compression=None,
            extra_headers=headers,
            open_timeout=DEADLINE,
            close_timeout=2,
            **more,
        )
        return Client(socket, answer_pings)

    @staticmethod
    async def open(server, token, connect=None, **more):
        """Opens the WebSocket and connects with a token; `connect` adds members to the command."""
        client = await Client.dial(server, **more)
        client.connected = await client.request("connect", {"token": token, **(connect or {})})
        return client

    async def read(self):
        """Takes every frame until the end of the connection."""
        try:
            async for frame in self.socket:
                assert isinstance(frame, str), "a binary frame from the server"
                for line in frame.split("\n"):
                    if line.strip():
                        await self.take(json.loads(line))
                self.changed.set()
        except websockets.ConnectionClosed:
            pass
        finally:
            self.close_code = self.socket.close_code or 1006
            self.close_reason = self.socket.close_reason or ""
            for future in self.waiting.values():
                if not future.done():
                    future.set_exception(Closed(self.close_code, self.close_reason))
            self.changed.set()

    async def take(self, message):
        """One object from the server: a ping, a reply or a push."""
        if message == {}:
            self.pings += 1
            if self.answer_pings:
                await self.socket.send("{}")
        elif "id" in message:
            future = self.waiting.pop(message["id"], None)
            assert future is not None, f"a reply that nobody waits for: {message}"
            if not future.done():
                future.set_result(message)
        else:
            assert set(message) == {"push"}, message
            self.pushes.append(message["push"])

    def command(self, method, params):
        """A command with the next id, and the future of its reply."""
        number = self.next_id
        self.next_id += 1
        self.waiting[number] = asyncio.get_running_loop().create_future()
        return {"id": number, method: params}, self.waiting[number]

    async def send_text(self, text):
        """Sends one text frame as it is."""
        try:
            await self.socket.send(text)
        except websockets.ConnectionClosed:
            pass  # the reader tells the close code

    async def replies(self, commands, deadline=DEADLINE):
        """Sends (method, params) pairs in one frame; returns their whole replies."""
        pairs = [self.command(method, params) for method, params in commands]
        if self.close_code is not None:
            raise Closed(self.close_code, self.close_reason)
        await self.send_text("\n".join(json.dumps(command, ensure_ascii=False) for command, _ in pairs))
        return await asyncio.wait_for(asyncio.gather(*[future for _, future in pairs]), deadline)

    async def request(self, method, params=None, deadline=DEADLINE):
        """One command; returns its result, raises Refused or Closed."""
        reply = (await self.replies([(method, params or {})], deadline))[0]
        if "error" in reply:
            raise Refused(reply["error"])
        return reply.get(method, {})

    async def rpc(self, method, data=None, deadline=DEADLINE):
        """An rpc; returns its data."""
        return (await self.request("rpc", {"method": method, "data": {} if data is None else data}, deadline)).get(
            "data", {}
        )

    async def subscribe(self, room_id, **params):
        """Subscribes to a room; returns the result."""
        return await self.request("subscribe", {"channel": f"room:{room_id}", **params})

    async def publish(self, room_id, text, **data):
        """Publishes a message to a room."""
        return await self.request("publish", {"channel": f"room:{room_id}", "data": {"text": text, **data}})

    async def until(self, condition, deadline=DEADLINE, what="condition"):
        """Waits until `condition()` is true; fails if the connection ends or the time is over first."""

        async def wait():
            while not (value := condition()):
                if self.close_code is not None:
                    raise Closed(self.close_code, self.close_reason)
                self.changed.clear()
                await self.changed.wait()
            return value

        try:
            return await asyncio.wait_for(wait(), deadline)
        except asyncio.TimeoutError:
            raise AssertionError(f"{what}: not within {deadline} s; pushes {str(self.pushes[-3:])[:600]}") from None

    async def push(self, kind, where=None, deadline=DEADLINE):
        """Takes the first push that has the member `kind` (pub, join, leave, unsubscribe, ...) and passes `where`."""

        def find():
            for push in self.pushes:
                if kind in push and (where is None or where(push)):
                    self.pushes.remove(push)
                    return push
            return None

        return await self.until(find, deadline, f"a push {kind}")

    async def event(self, kind, deadline=DEADLINE, **members):
        """Takes the first publication whose data has that type and those members; returns its data."""

        def fits(push):
            data = push["pub"].get("data", {})
            return data.get("type") == kind and all(data.get(name) == value for name, value in members.items())

        return (await self.push("pub", fits, deadline))["pub"]["data"]

    def publications(self, channel):
        """The publications of a channel with an offset that came as pushes, in the order they came."""
        return [
            push["pub"]
            for push in self.pushes
            if push.get("channel") == channel and "pub" in push and push["pub"].get("offset", 0) > 0
        ]

    def publications_of(self, kind):
        """The data of all publications of that type so far."""
        return [
            push["pub"]["data"]
            for push in self.pushes
            if "pub" in push and push["pub"].get("data", {}).get("type") == kind
        ]

    async def publications_to(self, channel, offset, deadline=60):
        """Waits until a push of `channel` brought that offset; returns all its publications so far."""

        def reached():
            found = self.publications(channel)
            return found if found and found[-1]["offset"] >= offset else None

        return await self.until(reached, deadline, f"offset {offset} on {channel}")

    async def closed(self, deadline=DEADLINE):
        """Waits for the end of the connection; returns the close code."""

        async def wait():
            while self.close_code is None:
                self.changed.clear()
                await self.changed.wait()

        try:
            await asyncio.wait_for(wait(), deadline)
        except asyncio.TimeoutError:
            raise AssertionError(f"the connection is still open after {deadline} s") from None
        return self.close_code

    async def close(self):
        """Closes the connection."""
        await self.socket.close()
        await asyncio.gather(self.reader, return_exceptions=True)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()


def offsets(publications):
    """Offsets of publications or events."""
    return [publication["offset"] for publication in publications]


async def refusal(awaitable, code):
    """The error of a command that must be refused with `code`."""
    try:
        result = await awaitable
    except Refused as error:
        assert error.code == code, f"refused with {error}, expected {code}"
        return error
    raise AssertionError(f"accepted with {result}, expected error {code}")
