"""PostgreSQL, Redis and Kafka for the benchmarks: an instance of scripts/services of their own, fresh for each run."""

import contextlib
import fcntl
import itertools
import os
import subprocess

from servers import Failed
from toolchain import TOP, Missing

PROGRAM = TOP / "scripts" / "services"
ROOT = TOP / "build" / "services-bench"
NAMES = ("postgres", "redis", "kafka")
STATEMENT_WITHIN = 120
# PostgreSQL keeps the time of each commit. A broker as kafka-server-start.sh starts it, not the small one of the tests.
ENVIRONMENT = {"POSTGRES_SETTINGS": "track_commit_timestamp=on",
               "KAFKA_HEAP_OPTS": "-Xms1g -Xmx1g",
               "KAFKA_JVM_PERFORMANCE_OPTS": "-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 "
                                             "-XX:InitiatingHeapOccupancyPercent=35"}


class Services:
    """`with Services() as services`: started and empty; gone with their data at the end, however it comes."""

    def __init__(self):
        self.database_url = ""
        self.redis_url = ""
        self.brokers = ""
        self._numbers = itertools.count(1)
        self._lock = None

    def __enter__(self):
        self._take_root()
        try:
            self._call("reset", *NAMES)
            self._call("start", *NAMES)
            addresses = dict(line.split("=", 1) for line in self._call("environment", *NAMES).splitlines())
            self.database_url = addresses["CALLBOARD_DATABASE_URL"]
            self.redis_url = addresses["CALLBOARD_REDIS_URL"]
            self.brokers = addresses["CALLBOARD_KAFKA_BROKERS"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            self._call("reset", *NAMES)
        finally:
            self._lock.close()

    def _take_root(self):
        """Keeps the folder for this run: two would start, and reset, the same servers."""
        ROOT.mkdir(parents=True, exist_ok=True)
        self._lock = open(ROOT / "in-use", "ab")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise Missing(f"another run of the benchmarks uses {ROOT}") from None

    @staticmethod
    def _call(command, *names):
        done = subprocess.run([PROGRAM, "--root", ROOT, command, *names], capture_output=True, text=True,
                              env=os.environ | ENVIRONMENT)
        if done.returncode != 0:
            raise Missing(f"scripts/services {command}: {done.stderr.strip()[-600:]}")
        return done.stdout

    def describe(self):
        """What runs, in one line."""
        version, fsync, commit = (ask(self.database_url, f"SHOW {name}")
                                  for name in ("server_version", "fsync", "synchronous_commit"))
        return (f"PostgreSQL {version} with fsync {fsync} and synchronous_commit {commit}; Kafka with one broker, "
                "a heap of 1 GiB and G1; otherwise both as `scripts/services` configures them")

    def make_database(self, template="template1"):
        """A new database, with what is in `template`; its URL."""
        name = f"bench_{next(self._numbers)}"
        ask(self.database_url, f"CREATE DATABASE {name} TEMPLATE {name_of(template)}")
        return f"{self.database_url.rsplit('/', 1)[0]}/{name}"

    def drop_database(self, url):
        """Removes a database, whoever is still connected."""
        ask(self.database_url, f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")

    @contextlib.contextmanager
    def database(self, template="template1"):
        """The URL of a database that is there for one run."""
        url = self.make_database(template)
        try:
            yield url
        finally:
            self.drop_database(url)


def name_of(url):
    """The name of the database that a URL, or its name, means."""
    return url.rsplit("/", 1)[-1]


def ask(url, statement):
    """What a statement answers, as text."""
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c", statement],
                          capture_output=True, text=True, timeout=STATEMENT_WITHIN)
    if done.returncode != 0:
        raise Failed(f"PostgreSQL: {done.stderr.strip()[-400:]}")
    return done.stdout.strip()


def commit_times(url):
    """By the client key of each message, when its transaction committed, in milliseconds since the epoch.

    PostgreSQL takes the time before it forces the commit to the disk.
    """
    found = ask(url, "SELECT client_key, extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 FROM room_events "
                     "WHERE client_key IS NOT NULL")
    return {key: float(moment) for key, moment in (line.rsplit("|", 1) for line in found.splitlines())}


def count_waiting(url):
    """The events in the outbox of a database."""
    return int(ask(url, "SELECT count(*) FROM outbox"))
