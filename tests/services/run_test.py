"""`SERVICES=... scripts/run` starts the services and tells callboard where they are."""

import os
import shutil
import subprocess

import pytest

from conftest import TOP, Instance

PROGRAM = """#!/bin/sh
echo "arguments: $*"
env | grep ^CALLBOARD_ | sort
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of scripts/ in which building does nothing and callboard prints its environment."""
    shutil.copytree(TOP / "scripts", tmp_path / "scripts")
    for name in ("scripts/install-build-dependencies", "scripts/build", "scripts/build-web"):
        (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / "build/bin").mkdir(parents=True)
    (tmp_path / "build/bin/callboard").write_text(PROGRAM)
    (tmp_path / "build/bin/callboard").chmod(0o755)
    yield tmp_path
    Instance(tmp_path / "build/services").call("reset")


def run(checkout, **variables):
    """The output of scripts/run there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    return subprocess.run([checkout / "scripts/run"], env={**environment, **variables}, capture_output=True, text=True, timeout=60,
                          check=True).stdout.splitlines()


def test_without_services_callboard_stands_on_its_embedded_parts(checkout):
    for value in ({}, {"SERVICES": ""}, {"SERVICES": "0"}):
        assert run(checkout, **value) == ["arguments: serve --listen 127.0.0.1:8080 --data-dir ./data --web-dir web/dist"]
    assert not (checkout / "build/services").exists()


def test_callboard_gets_the_addresses_of_the_services_and_they_stay_up(checkout):
    instance = Instance(checkout / "build/services")
    lines = run(checkout, SERVICES="redis smtp")
    assert lines[1:] == [f"CALLBOARD_REDIS_URL={instance.address('redis')}", f"CALLBOARD_SMTP_URL={instance.address('smtp')}"]
    assert [state for state, _ in instance.status().values()] == ["down", "up", "down", "up"]
    assert run(checkout, SERVICES="redis", CALLBOARD_REDIS_URL="redis://elsewhere")[1:] == ["CALLBOARD_REDIS_URL=redis://elsewhere"]


def test_a_service_that_nobody_knows_ends_it(checkout):
    with pytest.raises(subprocess.CalledProcessError):
        run(checkout, SERVICES="mysql")
