"""Fixtures: one shared server per test file, people on it, and tests that may be coroutines."""

import os
import random
import shutil

import pytest

from support import coroutines
from support.certificates import Authority
from support.rest import Rest
from support.server import SOAK, Server
from support.shared import people, server  # noqa: F401
from support.tracing import Collector

TEST_DEADLINE = 400.0
SEED = int(os.environ.get("CALLBOARD_SEED") or random.SystemRandom().randrange(1 << 32))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs a test that is a coroutine on an event loop of its own, with a deadline."""
    return coroutines.run(pyfuncitem, TEST_DEADLINE * (20 if SOAK else 1))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Shows the end of the shared server's log with a test that failed."""
    report = (yield).get_result()
    shared = item.funcargs.get("server") if report.failed and hasattr(item, "funcargs") else None
    if shared is not None:
        report.sections.append(("server log", shared.last_output()[-2000:]))


@pytest.fixture(scope="session")
def soak():
    """Whether long counts are asked for."""
    return SOAK


@pytest.fixture(scope="session")
def seed():
    """The seed of this run's random tests."""
    return SEED


def pytest_terminal_summary(terminalreporter):
    """The seed, for a repetition."""
    terminalreporter.write_line(f"CALLBOARD_SEED={SEED}")


@pytest.fixture(scope="module")
def anonymous(server):
    """A REST client without a token."""
    return Rest(server.url)


@pytest.fixture
def own_server(tmp_path):
    """Makes servers for one test only: `own_server(*flags, **more)`; ends what still runs."""
    made = []

    def make(*flags, start=True, **more):
        one = Server(tmp_path / f"own-{len(made)}", *flags, **more)
        made.append(one)
        return one.start() if start else one

    yield make
    for one in made:
        one.discard()


@pytest.fixture
def collector(tmp_path):
    """Takes the spans."""
    made = Collector(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Signs what the tests of this file use."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure(own_server, authority, tmp_path):
    """Makes servers that speak TLS; `server.certificate` and `server.key` are copies that a test may replace."""
    issued = authority.issue("first")

    def make(*flags, **more):
        certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
        for source, target in zip(issued, (certificate, key)):
            shutil.copy2(source, target)
        server = own_server("--tls-cert", certificate, "--tls-key", key, *flags, **more)
        server.certificate, server.key = certificate, key
        server.authority = str(authority.certificate)
        return server

    return make
