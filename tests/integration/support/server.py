"""The real binary as a process: start, stop, kill, restart, and the administrator's commands beside it."""

import functools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid

from support.waiting import until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts"))

from backing import places  # noqa: E402

SOAK = os.environ.get("CALLBOARD_SOAK") == "1"
TOO_BUSY = "it did not answer within"  # PostgreSQL, before anything was done
READY = re.compile(r"callboard listening on https?://([0-9.]+):(\d+)")


def binary():
    """Path of `callboard`, from the folder that CALLBOARD_BIN_DIR names."""
    folder = os.environ.get("CALLBOARD_BIN_DIR")
    if folder:
        return pathlib.Path(folder).resolve() / "callboard"
    return pathlib.Path(__file__).resolve().parents[3] / "build" / "bin" / "callboard"


def clean_environment(extra=None):
    """The environment without any CALLBOARD_* variable but those in `extra`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    environment.update(extra or {})
    return environment


@functools.lru_cache(maxsize=None)
def serve_help():
    """The text of `callboard serve --help`."""
    done = subprocess.run(
        [binary(), "serve", "--help"], capture_output=True, text=True, timeout=60, env=clean_environment(), check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def has_option(name):
    """Whether `serve` knows the option `--name`."""
    return re.search(rf"--{re.escape(name)}\b(?!-)", serve_help()) is not None


def run(*arguments, input_text=None, env=None, cwd=None, timeout=120):
    """Runs `callboard` with arguments to its end."""
    return subprocess.run(
        [str(binary()), *map(str, arguments)],
        input=input_text,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=clean_environment(env),
        cwd=cwd,
        check=False,
    )


class Server:
    """A `callboard serve` on a data directory of its own. The same port is taken again after a restart."""

    UNLIMITED = (
        "login-rate",
        "register-rate",
        "password-rate",
        "send-rate",
        "connections-per-address",
        "connections-per-user",
        "request-rate",
        "command-rate",
    )

    def __init__(self, folder, *flags, env=None, data_dir=None, restore_signals=True):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data_dir = pathlib.Path(data_dir) if data_dir else self.folder / "data"
        self.flags = [str(flag) for flag in flags]
        self.env = env
        self.restore_signals = restore_signals
        self.process = None
        self.host = "127.0.0.1"
        self.port = 0
        self.starts = 0
        self.authority = None  # who vouches for it, a file; set by tests of TLS
        self.is_secure = any(flag.split("=")[0] == "--tls-cert" for flag in self.flags)

    def command(self):
        """The command line of the next start."""
        line = [str(binary()), "serve", "--listen", f"{self.host}:{self.port}", "--data-dir", str(self.data_dir)]
        given = {flag.split("=")[0] for flag in self.flags}
        if "--bcrypt-cost" not in given:
            line += ["--bcrypt-cost", "10"]
        for name in self.UNLIMITED:
            if f"--{name}" not in given and has_option(name):
                line += [f"--{name}", "0"]
        return line + self.flags

    def spawn(self):
        """Starts the process without waiting for it to be ready."""
        assert self.process is None or self.process.poll() is not None, "the server is running"
        self.starts += 1
        self.out_path = self.folder / f"stdout-{self.starts}.txt"
        self.err_path = self.folder / f"stderr-{self.starts}.txt"
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(
                self.command(),
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                env=clean_environment(self.env),
                restore_signals=self.restore_signals,
            )
        return self

    def start(self, seconds=60):
        """Starts the process and waits for the line that says it listens. Once more if the database was too busy."""
        self.spawn()

        def ready():
            found = READY.search(self.out_path.read_text(errors="replace"))
            if found is None and self.process.poll() is not None:
                said = self.last_output()
                assert self.process.returncode == 3 and TOO_BUSY in said, f"it ended with {self.process.returncode}: {said}"
                self.spawn()
            return found

        found = until(ready, seconds, "the line `callboard listening on`", 0.005)
        self.port = int(found.group(2))
        return self

    def last_output(self):
        """Standard output and error of the latest start."""
        return self.out_path.read_text(errors="replace") + self.err_path.read_text(errors="replace")

    def all_output(self):
        """Standard output and error of every start."""
        paths = sorted(self.folder.glob("std*-*.txt"))
        return "".join(path.read_text(errors="replace") for path in paths)

    def signal(self, number):
        """Sends a signal to the process."""
        os.kill(self.process.pid, number)

    def wait(self, seconds=60):
        """Waits for the end of the process; returns its exit code (negative for a signal)."""
        return self.process.wait(seconds)

    def stop(self, seconds=60):
        """SIGTERM, then waits; returns the exit code."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self):
        """SIGKILL, then waits."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(60)

    def discard(self):
        """Kills what still runs and removes the data directory; the logs stay."""
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def restart(self):
        """Stops in order, then starts on the same directory and port."""
        code = self.stop()
        assert code == 0, f"stopped with {code}: {self.last_output()[-2000:]}"
        return self.start()

    @property
    def url(self):
        """Base of the REST addresses."""
        return f"http{'s' if self.is_secure else ''}://{self.host}:{self.port}"

    @property
    def ws_url(self):
        """Address of the WebSocket endpoint."""
        return f"ws{'s' if self.is_secure else ''}://{self.host}:{self.port}/connection/websocket"

    @property
    def address(self):
        """(host, port)"""
        return self.host, self.port

    def database(self):
        """The SQLite file in the data directory."""
        found = [path for path in self.data_dir.rglob("*") if path.is_file() and is_sqlite(path)]
        assert len(found) == 1, f"one SQLite file expected in {self.data_dir}, found {found}"
        return found[0]

    def admin(self, *arguments, input_text=None, check=True):
        """Runs `callboard admin ...` on this server's data directory. Once more if the database was too busy."""
        deadline = time.monotonic() + 60
        while True:
            done = run("admin", *arguments, "--data-dir", self.data_dir, input_text=input_text, env=self.env)
            if done.returncode == 0 or TOO_BUSY not in done.stderr or time.monotonic() > deadline:
                break
        if check:
            assert done.returncode == 0, f"admin {arguments}: {done.returncode} {done.stdout} {done.stderr}"
        return done

    def import_users(self, records):
        """Runs `admin import` over NDJSON records."""
        path = self.folder / "import.ndjson"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return self.admin("import", path)

    def token(self, username, ttl=None):
        """An access token by `admin token`."""
        arguments = ["token", "--user", username] + (["--ttl", ttl] if ttl else [])
        return self.admin(*arguments).stdout.strip()

    def tokens(self, usernames):
        """Access tokens for many, by one call."""
        done = self.admin("token", "--user", "-", input_text="".join(f"{name}\n" for name in usernames))
        tokens = done.stdout.split()
        assert len(tokens) == len(usernames), done
        return dict(zip(usernames, tokens))


def is_sqlite(path):
    """Whether a file starts as SQLite's files do."""
    with open(path, "rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def free_port():
    """A port of 127.0.0.1 that nothing listens on now, and that no outgoing connection and no server without a port of
    its own is given."""
    return places.free_port(uuid.uuid4().hex)
