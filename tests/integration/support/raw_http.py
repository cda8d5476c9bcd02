"""HTTP by hand over a socket, for requests that no proper client sends."""

import socket
import time


class RawHttp:
    """One TCP connection."""

    def __init__(self, server, deadline=60):
        self.connection = socket.create_connection(server.address, timeout=deadline)
        self.deadline = deadline
        self.buffer = b""

    def send(self, data):
        """Sends bytes; a connection the server has closed already is no error here."""
        try:
            self.connection.sendall(data.encode("latin-1") if isinstance(data, str) else data)
        except OSError:
            pass

    def fill(self):
        """Reads more; False at the end of the stream."""
        try:
            data = self.connection.recv(65536)
        except ConnectionError:
            return False
        self.buffer += data
        return bool(data)

    def answer(self, head_only=False):
        """The next answer as (status, headers by lower-case name, body); None if the stream ended before one."""
        while b"\r\n\r\n" not in self.buffer:
            if not self.fill():
                assert not self.buffer, f"half an answer: {self.buffer[:200]}"
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        version, status = lines[0].split(" ")[:2]
        assert version in ("HTTP/1.1", "HTTP/1.0"), lines[0]
        headers = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        length = 0 if head_only or int(status) in (204, 304) else int(headers.get("content-length", "0"))
        while len(self.buffer) < length:
            assert self.fill(), "the body is cut short"
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return int(status), headers, body

    def ended(self):
        """Whether the server closes the connection, with nothing more to read, within the deadline."""
        until = time.monotonic() + self.deadline
        try:
            while time.monotonic() < until:
                if not self.fill():
                    return not self.buffer
                if self.buffer:
                    return False
        except socket.timeout:
            pass
        return False

    def close(self):
        """Drops the connection."""
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def exchange(server, data, deadline=60):
    """Sends bytes on a new connection; returns the first answer, and whether the server then closed."""
    with RawHttp(server, deadline) as raw:
        raw.send(data)
        answer = raw.answer()
        return answer, (raw.ended() if answer is not None else True)
