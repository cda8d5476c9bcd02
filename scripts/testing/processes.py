"""Processes that cannot outlive the runner: each in a session of its own, orphans adopted, all ended at the end."""

import ctypes
import os
import pathlib
import re
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# How long what was told to end, or has lost its parent, may take for it on a busy machine.
GRACE_SECONDS = 15.0

_libc = ctypes.CDLL(None, use_errno=True)
_expected = set


class Interrupted(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived; everything under way ends."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.number = number


def adopt_orphans():
    """Makes this process the parent of every descendant whose parent ends, and turns signals into Interrupted."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def interrupt(number, _frame):
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def end_with_parent(parent):
    """From now on this process is interrupted when `parent`, the id of the one that made it, ends; at once if it has."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise Interrupted(signal.SIGTERM)


def _before_exec():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(command, **more):
    """Starts a command in a session of its own; it gets SIGTERM should the runner die."""
    return subprocess.Popen([str(each) for each in command], stdin=subprocess.DEVNULL, start_new_session=True,
                            preexec_fn=_before_exec, **more)


def expect(pids):
    """From now on the processes whose ids the function `pids` returns, and those below them, are neither left behind nor
    ended; None: all count again."""
    global _expected
    _expected = pids or set


def descendants(besides=()):
    """Process ids below this one, zombies and what is at and below `besides` left out: {pid: name}."""
    parents, names = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
        except OSError:
            continue
        name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        pid = int(entry.name)
        parents[pid] = int(rest[1])
        if rest[0] != "Z":
            names[pid] = name
    found, level = {}, {os.getpid()}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level and pid not in besides}
        found.update({pid: names[pid] for pid in level if pid in names})
    return found


def _reap(allowed):
    """Takes the exit codes of adopted processes, not those of `allowed`, which somebody else waits for."""
    try:
        while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid not in allowed:
            os.waitpid(ended.si_pid, os.WNOHANG)
    except ChildProcessError:
        pass


def _wait_until_gone(allowed, seconds):
    """Waits until nothing but `allowed` and what is expected is left below this process; returns what is."""
    deadline = time.monotonic() + seconds
    while True:
        spared = {*allowed, *_expected()}
        _reap(spared)
        left = descendants(spared)
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)


def end_all(allowed=(), grace_seconds=GRACE_SECONDS):
    """Ends what is left below this process except `allowed`; returns the names of what did not end by itself in time."""
    left = _wait_until_gone(allowed, grace_seconds)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in descendants({*allowed, *_expected()}):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        if not _wait_until_gone(allowed, GRACE_SECONDS):
            break
    return sorted(left.values())


def stop(process):
    """SIGTERM to the process group of a started command, SIGKILL after the grace time."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            pass


class Outcome:
    """How a command ended: its exit code (None after the deadline), what it left running, its seconds."""

    def __init__(self, code, left_behind, seconds, server_trouble=None):
        self.code = code
        self.left_behind = left_behind
        self.seconds = seconds
        self.server_trouble = server_trouble

    @property
    def trouble(self):
        """What is wrong with the ending itself, as a sentence, or None."""
        if self.server_trouble:
            return self.server_trouble
        if self.code is None:
            return "did not end before its deadline"
        if self.left_behind:
            return f"left processes behind: {', '.join(self.left_behind)}"
        if self.code < 0:
            return f"ended by signal {signal.Signals(-self.code).name}"
        return None


def run(command, log, deadline_seconds, environment, folder, allowed=()):
    """Runs a command to its end with its output in the file `log`."""
    began = time.monotonic()
    with open(log, "ab") as output:
        process = start(command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=folder)
        try:
            code = process.wait(deadline_seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            stop(process)
        left_behind = end_all(allowed)
    return Outcome(code, left_behind if code is not None else [], time.monotonic() - began)


class Server:
    """A `callboard serve` of the runner's own for suites that need one running: `with Server(...) as url`."""

    READY = re.compile(r"callboard listening on (http://\S+)")

    def __init__(self, binary, folder, log, environment, web_folder, public_url=None):
        self.command = [binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder, "--bcrypt-cost", "10",
                        "--hasher-wait", "2m", "--login-rate", "0", "--register-rate", "0", "--send-rate", "0", "--command-rate", "0"]
        if web_folder.is_dir():
            self.command += ["--web-dir", web_folder]
        if public_url:
            self.command += ["--public-url", public_url]
        self.log = log
        self.environment = environment
        self.process = None
        self.died = False

    def __enter__(self):
        with open(self.log, "wb") as output:
            self.process = start(self.command, stdout=output, stderr=subprocess.STDOUT, env=self.environment)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            found = self.READY.search(self.log.read_text(errors="replace"))
            if found:
                return found.group(1)
            time.sleep(0.02)
        self.__exit__()
        raise RuntimeError(f"the server did not start: {self.log.read_text(errors='replace')[-2000:]}")

    def __exit__(self, *_):
        self.died = self.process.poll() is not None
        stop(self.process)

    @property
    def trouble(self):
        """What is wrong with how the server ended, as a sentence, or None."""
        if self.died:
            return f"the server died under the tests with exit code {self.process.returncode}"
        return None if self.process.returncode == 0 else f"the server stopped with exit code {self.process.returncode}"
