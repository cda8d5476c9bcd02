"""The servers that suites stand on: an instance of scripts/services of the runner's own, fresh for each run."""

import contextlib
import fcntl
import subprocess

from backing import SERVICES, TEST_VARIABLES
from backing.service import TOP
from testing import processes

PROGRAM = TOP / "scripts/services"
ROOT = TOP / "build/services-test"
MOST_RUNS_AT_ONCE = 16


class Trouble(Exception):
    """A service did not start; the text says which and why."""


class Instance:
    """`with Instance(names, log) as instance`: started, empty, in a folder that no other run of the tests uses."""

    def __init__(self, names, log):
        self.names = [name for name in SERVICES if name in names]
        self.log = log
        self.root = None
        self._lock = None
        self._services = {}

    def __enter__(self):
        if not self.names:
            return self
        self._take_root()
        self._services = {name: SERVICES[name](self.root) for name in self.names}
        processes.expect(self._first_pids)
        try:
            self.log.unlink(missing_ok=True)
            self._call("reset", *SERVICES)
            self._call("start", *self.names)
        except BaseException:
            with contextlib.suppress(Trouble):
                self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.root is None:
            return
        try:
            self._call("stop", *SERVICES)
        finally:
            processes.expect(None)
            self._lock.close()

    def _take_root(self):
        """The first folder that no other run holds: runs beside each other do not share data."""
        for number in range(1, MOST_RUNS_AT_ONCE + 1):
            root = ROOT if number == 1 else ROOT.with_name(f"{ROOT.name}-{number}")
            root.mkdir(parents=True, exist_ok=True)
            lock = open(root / "in-use", "ab")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.root, self._lock = root, lock
                return
            except BlockingIOError:
                lock.close()
        raise Trouble(f"{MOST_RUNS_AT_ONCE} runs of the tests are under way already")

    def _call(self, command, *names):
        with open(self.log, "ab") as output:
            process = processes.start([PROGRAM, "--root", self.root, command, *names], stdout=output, stderr=subprocess.STDOUT)
            try:
                code = process.wait()
            finally:
                processes.stop(process)
        if code != 0:
            raise Trouble(f"scripts/services {command} failed: {self.log.read_text(errors='replace')[-2000:]}")

    def _first_pids(self):
        return {main[0] for service in self._services.values() if (main := service.main())}

    def variables(self, names):
        """What the commands of a suite that needs these services get."""
        found = {TEST_VARIABLES[name]: self._services[name].address() for name in names}
        if names:
            found.update(CALLBOARD_SERVICES=str(PROGRAM), CALLBOARD_SERVICES_ROOT=str(self.root))
        return found
