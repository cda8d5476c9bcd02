"""Where a server keeps what it knows: embedded, or over PostgreSQL and a Redis of the test's own."""

import os
import subprocess
import urllib.parse
import uuid

from support.redis_server import Redis
from support.server import SOAK, Server


def count(small, full):
    """How many: the small number in `make test`, the full one in `make soak`."""
    return full if SOAK else small


class Embedded:
    """A data directory and nothing else."""

    name = "embedded"

    def __init__(self, folder):
        self.folder = folder
        self.server = None
        self.redis = None

    def flags(self):
        """The options that make it this place."""
        return []

    def environment(self):
        """Those that are told by variables."""
        return None

    def start(self, *flags):
        """A server whose clients may say which address they come from, with two threads that hash."""
        self.server = Server(self.folder / "server", *self.flags(), "--trusted-proxies", "127.0.0.0/8", "--hasher-threads",
                             "2", *flags, env=self.environment())
        return self.server.start(40)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server is not None:
            self.server.discard()


class Services(Embedded):
    """A database of its own on the suite's PostgreSQL, and a Redis that may be killed."""

    name = "services"

    def __enter__(self):
        server = os.environ.get("CALLBOARD_TEST_DATABASE_URL", "")
        assert server, "CALLBOARD_TEST_DATABASE_URL is not set: scripts/services start postgres"
        self.admin_url = server
        self.database = f"callboard_security_{uuid.uuid4().hex[:12]}"
        self.sql(f"CREATE DATABASE {self.database}")
        self.redis = Redis().start()
        return self

    def __exit__(self, *_):
        super().__exit__()
        self.redis.kill()
        self.sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")

    def sql(self, statement):
        """Runs a statement on the server's own database."""
        done = subprocess.run(["psql", "-X", "-q", "-d", self.admin_url, "-c", statement], capture_output=True, text=True,
                              timeout=30, check=False)
        assert done.returncode == 0, done.stderr

    def environment(self):
        parts = urllib.parse.urlsplit(self.admin_url)
        return {"CALLBOARD_DATABASE_URL": parts._replace(path=f"/{self.database}").geturl(), "CALLBOARD_REDIS_URL": self.redis.url}


PLACES = {each.name: each for each in (Embedded, Services)}
