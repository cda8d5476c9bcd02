"""A server on embedded parts with three accounts and two rooms, and ways to run the client against it."""

import json
import os
import pathlib
import pty
import queue
import re
import select
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))

from contract import Proxy, port_of, published  # noqa: E402

DEADLINE = 60.0
PASSWORD = "password123"
# bcrypt, cost 10, of PASSWORD
PASSWORD_HASH = "$2b$10$abcdefghijklmnopqrstuu0SYq8twpcthS10uxQ26rv0s3Obj8Ufu"
USERS = [("admin", "admin"), ("user1", "user"), ("user2", "user")]


def binary(name):
    return str(pathlib.Path(os.environ["CALLBOARD_BIN_DIR"]) / name)


class LineReader:
    """The lines of a stream, read by a thread so that each wait for one has a deadline."""

    def __init__(self, stream):
        self._lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream):
        try:
            for line in stream:
                self._lines.put(line.rstrip("\n"))
        except ValueError:
            pass  # closed by the end of the test
        self._lines.put(None)

    def wait_for(self, pattern):
        end = time.monotonic() + DEADLINE
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line like {pattern!r} in time, only {self.seen}") from None
            if line is None:
                raise AssertionError(f"the stream ended without a line like {pattern!r}: {self.seen}")
            self.seen.append(line)
            if found := re.search(pattern, line):
                return found


class Server:
    """A server; what its clients ask of it goes through `judge`, if there is one."""

    def __init__(self, directory, judge=None):
        self.data = directory / "data"
        self.url = None
        self._judge = judge
        self._process = None
        accounts = directory / "accounts.ndjson"
        rows = [{"username": name, "email": f"{name}@example.com", "role": role, "password_hash": PASSWORD_HASH}
                for name, role in USERS]
        accounts.write_text("".join(json.dumps(row) + "\n" for row in rows))
        subprocess.run([binary("callboard"), "admin", "import", str(accounts), "--data-dir", str(self.data)],
                       check=True, timeout=DEADLINE, cwd=directory)
        self._directory = directory

    def start(self):
        listen = self.url.removeprefix("http://") if self.url else "127.0.0.1:0"
        self._process = subprocess.Popen(
            [binary("callboard"), "serve", "--listen", listen, "--data-dir", str(self.data)],
            stdout=subprocess.PIPE, text=True, cwd=self._directory)
        self.url = LineReader(self._process.stdout).wait_for(r"http://127\.0\.0\.1:\d+").group(0)

    @property
    def url_for_clients(self):
        if self._judge is None:
            return self.url
        self._judge.to = port_of(self.url)
        return self._judge.url

    def stop(self, how=signal.SIGTERM):
        self._process.send_signal(how)
        try:
            return self._process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    def post(self, path, body, token=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return json.load(answer)

    def token_of(self, name):
        return self.post("/auth/login", {"login": name, "password": PASSWORD})["access_token"]


class Client:
    """Runs callboard-cli against a server."""

    def __init__(self, server):
        self._server = server
        self._started = []

    def environment(self, **extra):
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH") if name in os.environ}
        return kept | {"CALLBOARD_URL": self._server.url_for_clients, "LC_ALL": "C.UTF-8", "TZ": "MSK-3", "TERM": "xterm"} | extra

    def run(self, *lines, **extra):
        """Pipes the lines and returns the finished process."""
        return subprocess.run([binary("callboard-cli")], input="".join(line + "\n" for line in lines), text=True,
                              capture_output=True, timeout=2 * DEADLINE, env=self.environment(**extra))

    def start(self):
        """Starts a client with pipes; it does not outlive the test."""
        process = subprocess.Popen([binary("callboard-cli")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, bufsize=1, env=self.environment())
        self._started.append(process)
        return process

    def open_terminal(self, *arguments, **extra):
        """Starts a client on a pseudo-terminal; it does not outlive the test."""
        terminal = Terminal(self.environment(**extra), *arguments)
        self._started.append(terminal)
        return terminal

    def end(self):
        for process in self._started:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    stream.close()


class Terminal:
    """A client on a pseudo-terminal."""

    def __init__(self, environment, *arguments):
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.execve(binary("callboard-cli"), ["callboard-cli", *arguments], environment)
        self.stdin = self.stdout = self.stderr = None
        self._status = None
        self._recent = b""
        self.output = ""

    def type(self, text):
        """Types, and forgets what was shown before."""
        self._recent = b""
        os.write(self._terminal, text.encode())

    def wait_for(self, pattern):
        """What was shown since the last typing, once `pattern` is in it."""
        end = time.monotonic() + DEADLINE
        while True:
            shown = self._recent.decode(errors="replace")
            if re.search(pattern, shown):
                return shown
            assert self._read(end), f"nothing like {pattern!r}, only {shown!r}"

    def _read(self, end):
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, end - time.monotonic()))
        try:
            chunk = os.read(self._terminal, 4096) if ready else b""
        except OSError:  # the program has ended
            return False
        self._recent += chunk
        self.output += chunk.decode(errors="replace")
        return bool(chunk)

    def exit_status(self):
        end = time.monotonic() + DEADLINE
        while self._read(end):
            pass
        assert time.monotonic() < end, "the program does not end"
        return self.wait()

    def kill(self):
        if self._status is None:
            os.kill(self._process, signal.SIGKILL)

    def wait(self):
        if self._status is None:
            _, status = os.waitpid(self._process, 0)
            os.close(self._terminal)
            self._status = os.waitstatus_to_exitcode(status)
        return self._status


@pytest.fixture
def server(tmp_path):
    """Everything that a client asks, and every answer, must be as schema/openapi.yaml says."""
    with Proxy(published()) as judge:
        running = Server(tmp_path, judge)
        running.start()
        token = running.token_of("admin")
        for name in ("first", "second"):
            running.post("/rooms", {"name": name, "members": ["user1"]}, token)
        yield running
        running.stop()
        assert not judge.faults


@pytest.fixture
def client(server):
    clients = Client(server)
    yield clients
    clients.end()
