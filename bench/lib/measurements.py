"""What is measured over PostgreSQL and Kafka. Each function makes one run and answers {side: {key: value}}."""

import contextlib
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import revocations
import topics
from acknowledged import check_published, number_of
from load import RUN_WITHIN, merged, run_load
from passwords import quantile
from scrape import Scraper, time_rise
from servers import Callboard, Failed, free_port, prepare_callboard
from services import commit_times, count_waiting

USERS = 1000
ROOMS = 1000
STORE_BATCH = 1000
STORE_SECONDS = 5
ACCESS_IN_FLIGHT = 16
ACCESS_SECONDS = 3
INGEST = ("ingest", "--rooms", ROOMS, "--in-flight", 4, "--seconds", 5)
QUICK_INGEST = ("--rooms", 100, "--seconds", 1, "--warm-up", 0.3)
DELAY_RATE = 1000
DELAY_WARM_UP = 2
DELAY = ("latency", "--rate", DELAY_RATE, "--members", 100, "--seconds", 10, "--warm-up", DELAY_WARM_UP)
QUICK_DELAY = ("--seconds", 1)
LEAST_WAITING = 100_000  # events in the outbox before they are let out
QUICK_LEAST_WAITING = 2_000
MOST_FILLINGS = 10
OUTBOX_ROWS = 5_000_000
DRAINED_WITHIN = 120.0
MADE_WITHIN = 30.0


class Setting:
    """The programs, the services and a database with users that all runs begin with a copy of."""

    def __init__(self, programs, services, folder, quick):
        self.programs = programs
        self.services = services
        self.folder = Path(folder)
        self.quick = quick
        self.prepared = self.folder / "prepared"
        self.template = None

    def program(self, name):
        """The path of a program; a Failed if it is not there."""
        path = self.programs / name
        if not path.is_file():
            raise Failed(f"{name} is not among the programs")
        return path

    def prepare(self):
        """Makes the users."""
        self.prepared.mkdir()
        self.template = self.services.make_database()
        prepare_callboard(self.program("callboard"), 20 if self.quick else USERS, self.prepared,
                          ["--database-url", self.template])

    @contextlib.contextmanager
    def callboard(self):
        """callboard, not yet started, and the URL of its database, which is a copy of the prepared one."""
        with self.services.database(self.template) as url, tempfile.TemporaryDirectory(dir=self.folder) as at:
            os.sync()  # what earlier runs left for the disk is not this one's
            yield Callboard(self.program("callboard"), self.prepared, at, ["--database-url", url]), url

    def load(self, options, quick_options, server):
        """One run of callboard-load; its figures."""
        if self.quick:
            options = merged(options, quick_options)
        return run_load(self.program("callboard-load"), options, server)

    def tool(self, name, *words):
        """What one of the benchmarks' own programs prints."""
        done = subprocess.run([str(word) for word in (self.program(name), *words)], capture_output=True, text=True,
                              timeout=RUN_WITHIN)
        if done.returncode != 0:
            raise Failed(f"{name} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
        return done.stdout


def measure_ingest(setting):
    """Acknowledged messages a second over many rooms."""
    with setting.callboard() as (server, _), server:
        return {"callboard": setting.load(INGEST, QUICK_INGEST, server)}


def measure_store(setting):
    """Messages a second that the store takes without the server around it."""
    with setting.services.database() as url:
        text = setting.tool("bench-store", url, STORE_BATCH, ROOMS, 1 if setting.quick else STORE_SECONDS)
    found = re.match(r"(\d+) messages/s", text)
    if not found:
        raise Failed(f"bench-store printed: {text[:200]}")
    return {"reference": {"accepted_per_second": float(found[1])}}


def measure_drain(setting):
    """Events a second from the outbox to Kafka: the outbox fills while there is no broker, then there is one."""
    services, runs = setting.services, {}
    topics.renew(services.brokers)
    with setting.callboard() as (server, url):
        own = server.flags
        server.flags = [*own, "--kafka-brokers", f"127.0.0.1:{free_port()}", "--outbox-max-rows", str(OUTBOX_ROWS)]
        with server:
            while count_waiting(url) < (QUICK_LEAST_WAITING if setting.quick else LEAST_WAITING):
                if len(runs) == MOST_FILLINGS:
                    raise Failed(f"the outbox holds too little after {MOST_FILLINGS} runs of ingest")
                filled = setting.load(INGEST, QUICK_INGEST, server)
                runs[filled["run"]] = filled["accepted_in_all"]
        waiting = count_waiting(url)
        server.flags = [*own, "--kafka-brokers", services.brokers, "--outbox-max-rows", str(OUTBOX_ROWS)]
        with server:
            with contextlib.closing(Scraper(server.port, "callboard_events_published_total")) as scraper:
                events, seconds = time_rise(scraper, waiting, DRAINED_WITHIN)
            wait_until_empty(url)
    said = topics.read_said(services.brokers)
    check_published([each.key for each in said], runs)
    return {"callboard": {"events": events, "seconds": seconds, "events_per_second": events / seconds,
                          "by_append_time": rate_by_append_time(said)}}


def measure_delay(setting):
    """Milliseconds from the commit of a message to its place in Kafka's log, at a constant rate."""
    topics.renew(setting.services.brokers)
    with setting.callboard() as (server, url):
        server.flags = [*server.flags, "--kafka-brokers", setting.services.brokers]
        with server:
            wait_until_publishing(server, url)
            found = setting.load(DELAY, QUICK_DELAY, server)
            wait_until_empty(url)
        committed = commit_times(url)
    said = topics.read_said(setting.services.brokers)
    unmeasured = DELAY_WARM_UP * DELAY_RATE
    check_published([each.key for each in said], {found["run"]: unmeasured + found["messages"]})
    measured = [each for each in said if number_of(each.key) > unmeasured]
    delays = sorted(each.appended - committed[each.key] for each in measured)
    with_commit = sorted(each.appended - each.begun for each in measured)
    return {"callboard": found | {"delay_p50_ms": quantile(delays, 0.5), "delay_p99_ms": quantile(delays, 0.99),
                                  "delay_max_ms": delays[-1], "with_commit_p50_ms": quantile(with_commit, 0.5),
                                  "with_commit_p99_ms": quantile(with_commit, 0.99)}}


def measure_access(setting):
    """Checks a second whether a user may read a room, by the room's actor and by a query."""
    with setting.services.database() as url:
        text = setting.tool("bench-access", url, ACCESS_IN_FLIGHT, 1 if setting.quick else ACCESS_SECONDS)
    found = re.findall(r"(from memory|by a query): (\d+) checks/s, p50 ([\d.]+) us, p99 ([\d.]+) us", text)
    if [each[0] for each in found] != ["from memory", "by a query"]:
        raise Failed(f"bench-access printed: {text[:200]}")
    return {side: dict(zip(("checks_per_second", "p50_us", "p99_us"), map(float, figures)))
            for side, (_, *figures) in zip(("callboard", "reference"), found)}


def measure_log_outs(setting):
    """How long an ended session is served, with the cache that nodes share."""
    with setting.callboard() as (server, _):
        server.flags = [*server.flags, "--redis-url", setting.services.redis_url]
        return {"callboard": revocations.measure_log_outs(server, setting.quick)}


def wait_until_empty(url):
    """Until nothing waits in the outbox any more."""
    deadline = time.monotonic() + MADE_WITHIN
    while waiting := count_waiting(url):
        if time.monotonic() > deadline:
            raise Failed(f"{waiting} events are in the outbox still")
        time.sleep(0.1)


def wait_until_publishing(server, url):
    """Until the server has its topics and has published what it began with."""
    deadline = time.monotonic() + MADE_WITHIN
    with contextlib.closing(Scraper(server.port, "callboard_events_published_total")) as scraper:
        while scraper.read()[0] == 0:
            if time.monotonic() > deadline:
                raise Failed("nothing is published")
            time.sleep(0.05)
    wait_until_empty(url)


def rate_by_append_time(said):
    """Messages a second by the broker's own times."""
    times = [each.appended for each in said]
    return 1000 * len(times) / max(1, max(times) - min(times))
