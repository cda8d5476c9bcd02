"""Redis 7 as a cache: in memory only, on loopback."""

import socket

from backing.places import LOOPBACK
from backing.service import ANSWER_SECONDS, Service

CONFIGURATION = """\
bind {loopback}
port {port}
dir {data}
daemonize no
set-proc-title no
appendonly no
save ""
maxmemory 256mb
maxmemory-policy noeviction
"""


class Redis(Service):
    """One Redis server without persistence: what it held is gone when it ends."""

    name = "redis"
    programs = ("/usr/bin/redis-server",)

    def command(self):
        return [self.programs[0], self.mark()]

    def mark(self):
        return self.folder / "redis.conf"

    def address(self):
        return f"redis://{LOOPBACK}:{self.port()}"

    def answers(self):
        try:
            with socket.create_connection((LOOPBACK, self.port()), timeout=ANSWER_SECONDS) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def prepare(self):
        (self.folder / "data").mkdir(exist_ok=True)
        self.mark().write_text(CONFIGURATION.format(loopback=LOOPBACK, port=self.port(), data=self.data))
