"""WebSocket frames by hand (RFC 6455), for what a proper client never sends."""

import asyncio
import base64
import json
import os
import socket
import struct

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA


def connect_with_small_buffer(address, receive_buffer):
    """A connected TCP socket that takes few bytes ahead of its reader."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(60)
    connection.connect(address)
    connection.setblocking(False)
    return connection


def frame(opcode, payload=b"", final=True, masked=True, reserved=0, declared_length=None):
    """The bytes of one frame; `declared_length` may lie."""
    if isinstance(payload, str):
        payload = payload.encode()
    length = len(payload) if declared_length is None else declared_length
    first = (0x80 if final else 0) | (reserved << 4) | opcode
    mask_bit = 0x80 if masked else 0
    if length < 126:
        head = struct.pack("!BB", first, mask_bit | length)
    elif length < 65536:
        head = struct.pack("!BBH", first, mask_bit | 126, length)
    else:
        head = struct.pack("!BBQ", first, mask_bit | 127, length)
    if not masked:
        return head + payload
    key = os.urandom(4)
    stretched = (key * (len(payload) // 4 + 1))[: len(payload)]
    body = (int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")).to_bytes(len(payload), "big")
    return head + key + body


class RawSocket:
    """A WebSocket connection after its handshake, frame by frame."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    @staticmethod
    async def open(server, headers=(), path="/connection/websocket"):
        """Shakes hands; fails if the server does not switch protocols."""
        reader, writer, head = await RawSocket.handshake(server, headers, path)
        assert head.startswith("HTTP/1.1 101"), head
        return RawSocket(reader, writer)

    @staticmethod
    async def handshake(server, headers=(), path="/connection/websocket", key=None, version="13"):
        """Sends the handshake; returns the streams and the head of the answer."""
        reader, writer = await asyncio.open_connection(*server.address)
        key = base64.b64encode(os.urandom(16)).decode() if key is None else key
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {server.host}:{server.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
        ]
        lines += [f"Sec-WebSocket-Key: {key}"] if key else []
        lines += [f"Sec-WebSocket-Version: {version}"] if version else []
        writer.write("\r\n".join([*lines, *headers, "", ""]).encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
        return reader, writer, head.decode()

    async def send(self, data):
        """Sends bytes as they are."""
        try:
            self.writer.write(data)
            await asyncio.wait_for(self.writer.drain(), 60)
        except (ConnectionError, asyncio.TimeoutError):
            pass  # what was received tells the rest

    async def send_json(self, *commands):
        """Sends commands in one text frame."""
        await self.send(frame(TEXT, "\n".join(json.dumps(command) for command in commands)))

    async def receive(self, deadline=60):
        """The next frame as (opcode, payload); None at the end of the stream."""
        try:
            return await asyncio.wait_for(self.read_frame(), deadline)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def read_frame(self):
        """Reads one frame, which the server must send unmasked, final and without reserved bits."""
        first, second = await self.reader.readexactly(2)
        assert first & 0xF0 == 0x80, f"first byte {first:#x}: not one final frame without extensions"
        assert second & 0x80 == 0, "a masked frame from the server"
        length = second
        if length == 126:
            length = struct.unpack("!H", await self.reader.readexactly(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", await self.reader.readexactly(8))[0]
        return first & 0x0F, await self.reader.readexactly(length)

    async def replies(self, count, deadline=60):
        """The next `count` replies. Pings and pushes, which may come at any time, are passed over."""
        found = []
        while len(found) < count:
            got = await self.receive(deadline)
            assert got is not None, f"the stream ended after {found}"
            assert got[0] == TEXT, got
            found += [item for item in map(json.loads, got[1].decode().splitlines()) if "id" in item]
        return found

    async def connect(self, token):
        """The connect command; returns its result."""
        await self.send_json({"id": 1, "connect": {"token": token}})
        reply = (await self.replies(1))[0]
        assert "connect" in reply, reply
        return reply["connect"]

    async def close_code(self, deadline=60):
        """Reads to the close frame and the end; returns its code (None: the stream ended without one)."""
        while True:
            got = await self.receive(deadline)
            if got is None:
                return None
            if got[0] == CLOSE:
                return struct.unpack("!H", got[1][:2])[0] if len(got[1]) >= 2 else 1005

    async def at_end(self, deadline=60):
        """Whether the server closes the stream within the deadline."""
        try:
            return await asyncio.wait_for(self.reader.read(), deadline) is not None
        except ConnectionError:
            return True

    async def close(self):
        """Drops the connection."""
        self.writer.close()
