"""An HTTP/1.1 client for asyncio: one connection, one request at a time, nothing repeated by itself."""

import asyncio
import json

LONGEST_BODY = 1 << 20


class Lost(Exception):
    """The request has no answer; whether it took place is not known."""


class Http:
    """Requests of one user to one address; connects when it has to."""

    def __init__(self, port, token=None):
        self.port = port
        self.token = token
        self.streams = None

    async def call(self, method, path, body=None, headers=None, seconds=10.0):
        """Returns (status, body as JSON or None); raises Lost."""
        try:
            return await asyncio.wait_for(self._call(method, path, body, headers or {}), seconds)
        except (OSError, EOFError, ValueError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            self.close()
            raise Lost(f"{method} {path}: {error!r}") from None

    async def _call(self, method, path, body, headers):
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(content)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        size = int(fields.get("content-length", 0))
        if size > LONGEST_BODY:
            raise ValueError("a body that nobody asked for")
        data = await reader.readexactly(size)
        if fields.get("connection") == "close":
            self.close()
        return int(head[0].split()[1]), json.loads(data) if data else None

    def close(self):
        """Ends the connection, if there is one."""
        if self.streams is not None:
            self.streams[1].transport.abort()
            self.streams = None
