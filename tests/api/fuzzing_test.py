"""Schemathesis asks the live server what schema/openapi.yaml allows, and what it forbids, as each role at once: so many
examples of each operation that it takes about a minute, always the same ones; or for ten minutes with CALLBOARD_SOAK,
from another seed each time, which the report names. No answer may be undocumented, of another shape or media type, or say
that the server failed."""

import collections
import json
import os
import pathlib
import re
import subprocess

import pytest
import yaml
from documents import TOP
from support.people import People
from support.rest import Rest, expect
from support.server import SOAK, Server

PROGRAM = TOP / "build/python/bin/schemathesis"
# A time alone would leave out the later phases on a machine that is busy.
AMOUNT = ("--max-time", "600") if SOAK else ("--max-examples", "10", "--seed", os.environ.get("CALLBOARD_SEED", "1"))
LONGEST = 1000
ROLES = ("guest", "user", "admin")
# Accounts that admins disable, enable and make admins.
EXTRAS = 200
SPARES = 60


class Caller:
    """Somebody of a role, and spare ones of the same for requests that end sessions."""

    def __init__(self, server, people, role):
        self.role = role
        self.token, *self.spares = self._guests(server) if role == "guest" else self._members(server, people, role)
        self.rest = Rest(server.url, self.token)

    @staticmethod
    def _guests(server):
        return [expect(Rest(server.url).post("/auth/guest"), 200)["access_token"] for _ in range(1 + SPARES)]

    @staticmethod
    def _members(server, people, role):
        names = people.fresh_names(1 + SPARES)
        server.import_users([people.record(name, role=role) for name in names])
        return list(server.tokens(names).values())

    def start(self, server, folder):
        """Starts the requests."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        environment.update(CALLER_TOKEN=self.token, SPARE_TOKENS=json.dumps(self.spares), EXTRAS=str(EXTRAS),
                           PYTHONPATH=str(TOP / "tests/api"), PYTHONDONTWRITEBYTECODE="1")  # fmt: skip
        self.log = folder / f"{self.role}.txt"
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                [PROGRAM, "--no-color", "--config-file", TOP / "tests/api/fuzzing/schemathesis.toml", "run",
                 TOP / "schema/openapi.yaml", "--url", server.url, *AMOUNT, "--generation-database", "none"],
                stdout=output, stderr=subprocess.STDOUT, cwd=folder, env=environment)  # fmt: skip


@pytest.fixture(scope="module")
def callers(tmp_path_factory):
    """The callers, after their requests, which run at the same time; and the server that was asked."""
    # The store must outlast ten minutes of messages; nobody's guesses may lock somebody else out.
    server = Server(tmp_path_factory.mktemp("server"), "--max-attempts-enter", "0", "--max-attempts-source", "0",
                    "--access-life", "1d", "--hasher-wait", "5m").start()  # fmt: skip
    people = People(server, "extra")
    server.import_users([people.record(name) for name in people.fresh_names(EXTRAS)])
    everybody = [Caller(server, people, role) for role in ROLES]
    folder = tmp_path_factory.mktemp("schemathesis")
    try:
        for each in everybody:
            each.start(server, folder)
        for each in everybody:
            each.process.wait(LONGEST)
        yield {each.role: each for each in everybody}
        assert server.stop() == 0, server.last_output()[-3000:]
    finally:
        for each in everybody:
            if hasattr(each, "process") and each.process.poll() is None:
                each.process.kill()
                each.process.wait()
        server.discard()


def count_operations():
    """Those of the document."""
    paths = yaml.safe_load((TOP / "schema/openapi.yaml").read_text(encoding="utf-8"))["paths"]
    return sum(len(set(each) & {"get", "put", "post", "patch", "delete"}) for each in paths.values())


@pytest.mark.parametrize("role", ROLES)
def test_answers_are_as_documented(callers, role):
    caller = callers[role]
    report = pathlib.Path(caller.log).read_text(errors="replace")
    assert caller.process.returncode == 0, report[-12_000:]
    # With a session that ended, or nothing asked, all would be well too.
    assert expect(caller.rest.get("/users/me"), 200)["role"] == role
    tested = next(line for line in report.splitlines() if "Tested:" in line)
    assert int(tested.split()[1]) == count_operations(), report[-3000:]
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in report, report[-3000:]


def test_next_to_nobody_is_told_to_wait(callers):
    """503 is what a machine says that was busy at that moment."""
    answers = collections.Counter()
    text = callers["admin"].rest.get("/metrics").text
    for status, count in re.findall(r'^http_requests_total\{.*status="(\d+)".*\} (\S+)$', text, re.MULTILINE):
        answers[status] += float(count)
    assert answers["503"] <= answers.total() / 100 and answers.total() > 1_000, answers
