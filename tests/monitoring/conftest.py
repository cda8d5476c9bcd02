"""A node on all services, watched by a real Prometheus while people use it."""

import asyncio
import contextlib
import os
import pathlib
import subprocess
import sys
import uuid

import pytest
import requests

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

from support.database import Database  # noqa: E402
from support.people import People  # noqa: E402
from support.redis_server import Redis  # noqa: E402
from support.rest import Rest, expect  # noqa: E402
from support.server import Server, free_port  # noqa: E402
from support.waiting import until  # noqa: E402

SCRAPES_EVERY = 0.5
WITHIN = 60


class Prometheus:
    """Debian's Prometheus with the project's rules, which scrapes one node."""

    def __init__(self, folder, target):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "prometheus.log"
        rules = HERE.parents[1] / "docker/prometheus/alerts.yml"
        (folder / "prometheus.yml").write_text(
            f"global: {{scrape_interval: {SCRAPES_EVERY * 1000:.0f}ms, evaluation_interval: 1s}}\n"
            f"rule_files: [{rules}]\n"
            f"scrape_configs: [{{job_name: callboard, static_configs: [{{targets: ['{target}']}}]}}]\n")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
                 f"--web.listen-address=127.0.0.1:{self.port}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def get(self, path, **query):
        """The `data` of an answer of its HTTP API."""
        answer = requests.get(f"{self.url}/api/v1/{path}", params=query, timeout=60)
        assert answer.status_code == 200, f"{path} {query}: {answer.text}"
        return answer.json()["data"]

    def ask(self, expression):
        """The samples of an instant query: (labels, value)."""
        return [(each["metric"], float(each["value"][1])) for each in self.get("query", query=expression)["result"]]

    def is_ready(self):
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.url}/-/ready", timeout=60).status_code == 200
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return False

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    """A server over PostgreSQL, Redis, Kafka and SMTP."""
    for name in ("CALLBOARD_TEST_KAFKA_BROKERS", "CALLBOARD_TEST_SMTP_URL"):
        assert os.environ.get(name), f"{name} is not set: run this suite by scripts/run-tests"
    with Database() as database:
        redis = Redis().start()
        server = Server(tmp_path_factory.mktemp("node"), "--hasher-threads", "2", env={
            "CALLBOARD_DATABASE_URL": database.url,
            "CALLBOARD_REDIS_URL": redis.url,
            "CALLBOARD_KAFKA_BROKERS": os.environ["CALLBOARD_TEST_KAFKA_BROKERS"],
            "CALLBOARD_SMTP_URL": os.environ["CALLBOARD_TEST_SMTP_URL"],
        })
        server.redis = redis
        try:
            yield server.start(60)
        finally:
            server.discard()
            redis.kill()


async def use(node):
    """Something of everything that is counted."""
    people = People(node)
    alice, bob = people.users(2)
    room = alice.room(members=[bob])["id"]
    async with await bob.client() as client:
        await client.subscribe(room)
        for number in range(20):
            alice.say(room, f"message {number}")
        await client.event("message")
    alice.log_in()
    guest = Rest(node.url)
    assert guest.post("/auth/login", {"login": alice.username, "password": "not the password"}).status_code == 401
    assert guest.post("/auth/register", {"username": "x", "password": "y"}).status_code == 422
    assert guest.get("/no/such/path").status_code == 404 and guest.get("/nor/this").status_code == 404
    name = f"m{uuid.uuid4().hex[:12]}"
    expect(guest.post("/auth/register", {"username": name, "email": f"{name}@example.com", "full_name": "Mo Nitor",
                                         "password": "a quite long pass phrase"}), 201)
    reminder = alice.remind("tea", **{"in": "PT1S"}, email=True)
    until(lambda: expect(alice.rest.get(f"/reminders/{reminder['id']}"), 200)["state"] == "delivered", WITHIN, "the letter")


@pytest.fixture(scope="session")
def watched(node, tmp_path_factory):
    """A Prometheus that has scraped the node before, while and after it was used."""
    prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), f"{node.host}:{node.port}")
    try:
        until(prometheus.is_ready, WITHIN, "Prometheus")
        # A series that was not there before has no rate: that of this route begins here.
        assert Rest(node.url).post("/auth/login", {}).status_code == 422
        first = "count_over_time(http_request_duration_seconds_count{path='/auth/login'}[1m]) > 2"
        until(lambda: prometheus.ask(first), WITHIN, "the first scrapes")
        asyncio.run(use(node))
        letters = "callboard_dependency_requests_total{dependency='smtp', outcome='ok'}"
        until(lambda: prometheus.ask(f"callboard_reminders_fired_total > 0 and on() {letters} == 2"), WITHIN, "a scrape after all that")
        yield prometheus
    finally:
        prometheus.stop()
