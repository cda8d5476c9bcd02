"""The places that the proofs run in: embedded, and over PostgreSQL and Redis. What they share with the integration tests
stands there."""

import os
import pathlib
import random
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
for folder in (HERE, HERE.parent / "integration"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from storm.places import PLACES  # noqa: E402
from support import coroutines  # noqa: E402
from support.server import SOAK  # noqa: E402

SEED = int(os.environ.get("CALLBOARD_SEED") or random.SystemRandom().randrange(1 << 32))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs a test that is a coroutine on an event loop of its own, with a deadline."""
    return coroutines.run(pyfuncitem, 3600 if SOAK else 400)


@pytest.fixture(scope="session")
def seed():
    """The seed of this run's random tests."""
    return SEED


def pytest_terminal_summary(terminalreporter):
    """The seed, for a repetition."""
    terminalreporter.write_line(f"CALLBOARD_SEED={SEED}")


@pytest.fixture
def embedded(tmp_path):
    """An embedded place, where it makes no difference."""
    with PLACES["embedded"](tmp_path) as made:
        yield made


@pytest.fixture
def services(tmp_path):
    """A place with a Redis."""
    with PLACES["services"](tmp_path) as made:
        yield made


@pytest.fixture(params=sorted(PLACES))
def place(request, tmp_path):
    """Each place in turn; `place.start(*flags)` starts a server there."""
    with PLACES[request.param](tmp_path) as made:
        yield made
