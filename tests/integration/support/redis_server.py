"""A Redis of a test's own, which it may kill, freeze, empty and start again on the same port."""

import shutil
import signal
import socket
import subprocess

from support.server import free_port
from support.waiting import until


class Redis:
    """`redis-server` on loopback, in memory only."""

    def __init__(self):
        self.port = free_port()
        self.process = None

    def start(self):
        """Starts it and waits until it answers."""
        program = shutil.which("redis-server")
        assert program, "there is no redis-server: install the packages of scripts/packages/services.list"
        self.process = subprocess.Popen(
            [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        until(lambda: self.run("PING") == b"+PONG\r\n", 60, "an answer of Redis")
        return self

    def kill(self):
        """SIGKILL; what it held is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(60)
            self.process = None

    def freeze(self):
        """SIGSTOP: connections stay, nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        """Goes on."""
        self.process.send_signal(signal.SIGCONT)

    def run(self, *words):
        """One command without spaces in its words; the first bytes of the answer, or nothing."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as link:
                link.sendall(" ".join(words).encode() + b"\r\n")
                return link.recv(65536)
        except OSError:
            return b""

    @property
    def url(self):
        """As callboard takes it."""
        return f"redis://127.0.0.1:{self.port}"
