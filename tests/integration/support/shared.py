"""Fixtures of more than one suite: a server that the tests of a file share, and people on it."""

import pytest

from support.people import People
from support.server import Server


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
