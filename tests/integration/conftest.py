"""Fixtures: one shared server per test file, people on it, and tests that may be coroutines."""

import asyncio
import inspect
import os
import random

import pytest

from support.people import People
from support.rest import Rest
from support.server import SOAK, Server

TEST_DEADLINE = 240.0
SEED = int(os.environ.get("CALLBOARD_SEED") or random.SystemRandom().randrange(1 << 32))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs a test that is a coroutine on an event loop of its own, with a deadline."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    async def bounded():
        await asyncio.wait_for(pyfuncitem.obj(**arguments), TEST_DEADLINE * (20 if SOAK else 1))

    asyncio.run(bounded())
    return True


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
def server(tmp_path_factory):
    """A server that the tests of one file share."""
    shared = Server(tmp_path_factory.mktemp("server")).start()
    try:
        yield shared
        assert shared.process.poll() is None, f"the server died: {shared.last_output()[-3000:]}"
        assert shared.stop() == 0, shared.last_output()[-3000:]
    finally:
        shared.discard()


@pytest.fixture(scope="module")
def people(server):
    """People on the shared server."""
    return People(server)


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
