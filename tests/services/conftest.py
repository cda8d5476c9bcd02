"""Instances of scripts/services of the tests' own, each in a folder that goes at the end."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = TOP / "scripts/services"
sys.path.insert(0, str(TOP / "scripts"))


class Instance:
    """scripts/services with a root folder."""

    def __init__(self, root):
        self.root = pathlib.Path(root)

    def run(self, *words, code=0):
        """One call; its standard output. Fails if it ends with another exit code than expected."""
        done = self.call(*words)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def call(self, *words):
        """One call, whatever becomes of it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        return subprocess.run([PROGRAM, "--root", self.root, *words], capture_output=True, text=True, timeout=120, check=False,
                              env=environment)

    def status(self):
        """{name: (state, address)} of all services."""
        lines = self.call("status").stdout.splitlines()
        return {name: (state, address) for name, state, address in map(str.split, lines)}

    def address(self, name):
        """The address of one."""
        return self.status()[name][1]

    def pid(self, name):
        """The id of the first process of one."""
        return int(self.run("pid", name))


def make_instance():
    """An instance below build/, which the user that PostgreSQL runs as can enter where it can enter the checkout."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="services-of-a-test-", dir=TOP / "build"))
    root.chmod(0o755)
    return Instance(root)


def remove(instance):
    """Ends what runs there and deletes the folder."""
    instance.call("reset")
    shutil.rmtree(instance.root)


@pytest.fixture
def instance():
    """An instance in which nothing was started yet."""
    fresh = make_instance()
    yield fresh
    remove(fresh)


@pytest.fixture(scope="session")
def _shared():
    fresh = make_instance()
    yield fresh
    remove(fresh)


@pytest.fixture
def running(_shared):
    """An instance in which all services run; shared, so each test finds all of them up, whatever the one before did."""
    _shared.run("start")
    return _shared
