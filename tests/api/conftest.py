"""What the tests of the API's documents share: the documents, and a server with its clients."""

import pathlib
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
for folder in (TOP / "scripts", TOP / "tests/integration", TOP / "tests/api"):
    sys.path.insert(0, str(folder))

from contract import load  # noqa: E402
from support import coroutines  # noqa: E402
from support.shared import people, server  # noqa: E402, F401


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs a test that is a coroutine on an event loop of its own, with a deadline."""
    return coroutines.run(pyfuncitem, 120)


@pytest.fixture(scope="session")
def openapi():
    """schema/openapi.yaml."""
    return load("openapi")


@pytest.fixture(scope="session")
def asyncapi():
    """schema/asyncapi.yaml."""
    return load("asyncapi")
