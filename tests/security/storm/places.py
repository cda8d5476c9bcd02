"""Where a server keeps what it knows: embedded, or over PostgreSQL and a Redis of the test's own."""

from support.database import Database
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
        self.database = Database()
        self.database.__enter__()
        self.redis = Redis().start()
        return self

    def __exit__(self, *_):
        super().__exit__()
        self.redis.kill()
        self.database.__exit__()

    def environment(self):
        return {"CALLBOARD_DATABASE_URL": self.database.url, "CALLBOARD_REDIS_URL": self.redis.url}


PLACES = {each.name: each for each in (Embedded, Services)}
