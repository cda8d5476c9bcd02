"""What the server tells systemd (sd_notify(3)), seen by a socket in its place, and the unit that starts it."""

import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
from support.rest import Rest
from support.server import binary
from support.waiting import until

UNIT = pathlib.Path(__file__).resolve().parents[2] / "packaging/callboard.service"
PATIENCE = 60.0


class Manager:
    """Takes what a service says, message by message."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(PATIENCE)
        self.env = {"NOTIFY_SOCKET": str(path)}

    def next(self):
        """The next message: value by name."""
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def next_of(self, name):
        """The next message with this name."""
        while name not in (message := self.next()):
            pass
        return message


@pytest.fixture
def manager(tmp_path):
    """A manager that listens."""
    made = Manager(tmp_path / "notify")
    yield made
    made.socket.close()


def test_it_tells_when_it_serves_reloads_and_stops(own_server, manager):
    """READY once the port answers; RELOADING with the time, then READY; STOPPING before anything ends; each step."""
    server = own_server("--drain-timeout", "20s", env=manager.env)
    message = manager.next()
    assert message == {"READY": "1", "STATUS": f"Serving on {server.url}"}
    until(lambda: Rest(server.url).get("/readyz").status_code == 200, what="a server that is ready")
    before = time.monotonic_ns() // 1000
    server.signal(signal.SIGHUP)
    message = manager.next()
    assert set(message) == {"RELOADING", "MONOTONIC_USEC"} and message["RELOADING"] == "1"
    assert before <= int(message["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
    assert manager.next()["READY"] == "1"
    server.signal(signal.SIGTERM)
    assert manager.next() == {"STOPPING": "1", "EXTEND_TIMEOUT_USEC": "20000000"}
    steps = [manager.next()["STATUS"] for _ in range(7)]
    assert steps == [f"Stopping: {name}" for name in (
        "connections", "the rooms and the outbox", "mail and passwords", "the database", "Redis", "Kafka", "the actors")]  # fmt: skip
    assert server.wait() == 0


def test_it_tells_again_and_again_that_it_lives_if_the_manager_wants_to_hear_it(own_server, manager):
    """WATCHDOG while it serves; a process that does not run says nothing."""
    server = own_server(env={**manager.env, "WATCHDOG_USEC": "400000"})
    for _ in range(3):
        assert manager.next_of("WATCHDOG") == {"WATCHDOG": "1"}
    assert server.stop() == 0


def test_without_a_manager_nothing_is_told_and_one_that_is_gone_is_no_error(own_server, tmp_path):
    """A path where nobody listens changes nothing."""
    server = own_server(env={"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    server.signal(signal.SIGHUP)
    until(lambda: Rest(server.url).get("/readyz").status_code == 200, what="a server that is ready")
    assert server.stop() == 0
    server = own_server(env={"WATCHDOG_USEC": "400000"})
    assert server.stop() == 0


@pytest.fixture
def unit(tmp_path):
    """The unit, with the program where it is here."""
    text = UNIT.read_text()
    assert text.count("/usr/bin/callboard") == 1
    copy = tmp_path / "callboard.service"
    copy.write_text(text.replace("/usr/bin/callboard", str(binary())))
    return copy


def analyze(*arguments):
    """systemd-analyze, which needs no running systemd for this."""
    assert shutil.which("systemd-analyze"), "there is no systemd-analyze: install the packages of scripts/packages/test.list"
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


def test_systemd_finds_nothing_wrong_with_the_unit(unit):
    """`verify` knows every line."""
    done = analyze("verify", "--man=no", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    unit.write_text(unit.read_text().replace("NoNewPrivileges=", "NoNewPriviliges="))
    assert "NoNewPriviliges" in analyze("verify", "--man=no", unit).stderr


def test_the_unit_leaves_little_open(unit):
    """An exposure of at most 1.5 of 10, as systemd counts it."""
    done = analyze("security", "--offline=yes", "--no-pager", "--threshold=15", unit)
    assert done.returncode == 0, done.stdout[-2000:]
    unit.write_text(re.sub(r"(?m)^(ProtectSystem|PrivateUsers|RestrictNamespaces)=.*\n", "", unit.read_text()))
    assert analyze("security", "--offline=yes", "--no-pager", "--threshold=15", unit).returncode != 0


def test_the_unit_has_what_this_server_needs(unit):
    """Notification, reload by SIGHUP, its state, and no restart for what another start does not mend."""
    text = unit.read_text()
    for line in ("Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", "StateDirectory=callboard", "User=callboard",
                 "RestartPreventExitStatus=2 3"):  # fmt: skip
        assert f"\n{line}\n" in text, line
    limit = int(re.search(r"^LimitNOFILE=(\d+)$", text, re.MULTILINE).group(1))
    assert limit >= 3 * 100_000 + 1_000, "TLS takes three descriptors for each of --connections"
