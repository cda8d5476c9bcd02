"""Starts and stops the servers that are measured, each on a free loopback port."""

import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

READY_WITHIN = 30.0
ENDS_WITHIN = 15.0
# What protects a public server from one client is what a load test runs into.
WITHOUT_LIMITS = ["--send-rate", "0", "--command-rate", "0", "--login-rate", "0", "--register-rate", "0", "--connections-per-address", "0",
                  "--connections-per-user", "0"]
# More messages at a time than it can carry in the usual time: all are to be answered, none refused.
PATIENT = ["--message-wait", "5m"]


class Failed(Exception):
    """A server or a run did not do what it should."""


def clean_environment():
    """The environment without settings of a callboard that someone uses here."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}


def start_process(command, log, folder):
    """Starts a server; its output goes to `log`. A `.env` file counts only if it lies in `folder`."""
    with open(log, "ab") as output:
        return subprocess.Popen([str(word) for word in command], cwd=folder, env=clean_environment(),
                                stdin=subprocess.DEVNULL, stdout=output, stderr=output)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers_ready(port):
    """Whether GET /readyz answers 200 now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Server:
    """A running server; a context manager that ends it."""

    name = ""

    def __init__(self, log):
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}/connection/websocket"
        self.log = Path(log)
        self.process = None
        self.pid_file = None

    def command(self):
        raise NotImplementedError

    def load_options(self):
        """What callboard-load needs to find users and rooms here."""
        raise NotImplementedError

    def start(self):
        """Starts the program; the seconds from then until it was ready."""
        begin = time.monotonic()
        self.process = start_process(self.command(), self.log, self.log.parent)
        while not answers_ready(self.port):
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
            if time.monotonic() - begin > READY_WITHIN:
                self.stop()
                raise Failed(f"{self.name} was not ready in {READY_WITHIN} s: {self.tail()}")
            time.sleep(0.001)
        return time.monotonic() - begin

    def tail(self):
        return self.log.read_text(errors="replace")[-600:]

    def pid(self):
        """The server's process, also after restart_command ran."""
        if self.pid_file and self.pid_file.exists():
            return int(self.pid_file.read_text())
        return self.process.pid

    def restart_command(self, folder):
        """A shell command that ends this server in order and starts another on the same port and data."""
        self.pid_file = Path(folder) / "pid"
        self.pid_file.write_text(str(self.process.pid))
        plan = Path(folder) / "restart.json"
        plan.write_text(json.dumps({"pid_file": str(self.pid_file), "log": str(self.log), "port": self.port,
                                    "command": [str(word) for word in self.command()]}))
        return shlex.join([sys.executable, str(Path(__file__).with_name("restart.py")), str(plan)])

    def stop(self):
        pid = self.pid()
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                break
            if self.wait_for_end(pid):
                break
        self.process.wait()

    def wait_for_end(self, pid):
        deadline = time.monotonic() + ENDS_WITHIN
        while time.monotonic() < deadline:
            if self.process.poll() is not None and not os.path.exists(f"/proc/{pid}/exe"):
                return True
            time.sleep(0.01)
        return False

    def __enter__(self):
        try:
            self.start()
        except BaseException:  # Ctrl-C too
            if self.process and self.process.poll() is None:
                self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


class Callboard(Server):
    """callboard from a copy of a prepared data directory: on SQLite with synchronous commits, unless `flags` name
    another store. The data directory then holds the secret of the installation alone."""

    name = "callboard"
    limits = [*WITHOUT_LIMITS, *PATIENT]

    def __init__(self, program, prepared, folder, flags=()):
        super().__init__(Path(folder) / "callboard.log")
        self.program = program
        self.flags = flags
        self.tokens = Path(prepared) / "tokens"
        self.data = Path(folder) / "data"
        shutil.copytree(Path(prepared) / "data", self.data)

    def command(self):
        return [self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--data-dir", self.data, *self.limits,
                *self.flags]

    def load_options(self):
        return ["--url", self.url, "--rest", f"http://127.0.0.1:{self.port}", "--token-file", self.tokens]


class Peer(Server):
    """The centrifuge library with its memory broker."""

    name = "peer"

    def __init__(self, program, prepared, folder):
        super().__init__(Path(folder) / "peer.log")
        self.program = program
        self.tokens = Path(prepared) / "peer-tokens"

    def command(self):
        return [self.program, "-listen", f"127.0.0.1:{self.port}"]

    def load_options(self):
        return ["--url", self.url, "--token-file", self.tokens]


def prepare_callboard(program, users, folder, flags=()):
    """Makes a data directory with `users` users and a file of their tokens in `folder`; `flags`: as of Callboard."""
    names = [f"u-{number:04}" for number in range(users)]
    people = Path(folder) / "users.ndjson"
    people.write_text("".join(json.dumps({"username": name, "email": f"{name}@example.com"}) + "\n" for name in names))
    data = ["--data-dir", Path(folder) / "data", *flags]
    settings = {"check": True, "cwd": folder, "env": clean_environment()}
    subprocess.run([program, "admin", "import", people, *data], stdout=subprocess.DEVNULL, **settings)
    made = subprocess.run([program, "admin", "token", "--user", "-", "--ttl", "12h", *data], text=True,
                          input="".join(name + "\n" for name in names), capture_output=True, **settings)
    tokens = made.stdout.split()
    if len(tokens) != users:
        raise Failed(f"asked for {users} tokens and got {len(tokens)}")
    (Path(folder) / "tokens").write_text("\n".join(tokens) + "\n", encoding="ascii")


def prepare_peer(program, users, folder):
    """Makes a file of `users` tokens in `folder`."""
    with open(Path(folder) / "peer-tokens", "w", encoding="ascii") as tokens:
        subprocess.run([program, "-tokens", str(users)], check=True, stdout=tokens)
