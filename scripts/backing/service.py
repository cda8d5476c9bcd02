"""What all services have in common: one process in the background, its pid file, its ports, its log and its data."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from backing import places, procfs
from backing.places import Trouble

TOP = pathlib.Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.05
# How long a service may take for the answer that shows it is up.
ANSWER_SECONDS = 8
# How long processes may take to be gone after SIGKILL.
GONE_SECONDS = 10
PORT_ATTEMPTS = 3
LOG_BYTES = 8 << 20


class Service:
    """One service below a root folder. A subclass says what it is called, how it is started and when it answers."""

    name = ""
    programs = ()
    ports = ("port",)
    stop_signal = signal.SIGTERM
    start_seconds = 60
    stop_seconds = 30

    def __init__(self, root):
        self.folder = pathlib.Path(root).resolve() / self.name
        self.log = self.folder / "log"
        self.pid_file = self.folder / "pid"
        self.ports_file = self.folder / "ports"

    # What a subclass states.

    def prepare(self):
        """Makes what the process needs below `folder`, whether it is there already or not."""
        raise NotImplementedError

    def command(self):
        """The command line."""
        raise NotImplementedError

    def mark(self):
        """The word of the command line that no other process has: a path below `folder`."""
        raise NotImplementedError

    def address(self):
        """Where it is, as callboard takes it."""
        raise NotImplementedError

    def answers(self):
        """Whether it serves now; takes little more than ANSWER_SECONDS at most."""
        raise NotImplementedError

    def user(self):
        """The user to run as, as options of subprocess.Popen."""
        return {}

    # Where it is.

    @property
    def data(self):
        """The folder of its data, which is also its working directory."""
        return (self.folder / "data").resolve()

    def port(self, which="port"):
        """One of its ports; 0 before its first start."""
        port = places.remembered(self.ports_file).get(which, 0)
        return port if isinstance(port, int) and 0 < port < 65536 else 0

    def choose_ports(self):
        """Keeps the remembered ports that are free and takes others for the rest."""
        chosen = {}
        for which in self.ports:
            port = self.port(which)
            if not port or not places.is_free(port):
                port = places.free_port(f"{self.folder} {which}", chosen.values())
            chosen[which] = port
        places.remember(self.ports_file, chosen)

    # Whether it runs.

    def _is_own(self, pid):
        words = procfs.words_of(pid)
        return str(self.mark()) in words and words[0] == str(self.command()[0])

    def main(self):
        """(id, start) of its first process, by the pid file, or by the command line should that be lost; else None."""
        noted = self._noted()
        if noted and self._is_own(noted[0]):
            return noted
        own = {pid: stat for pid in procfs.all_pids() if self._is_own(pid) and (stat := procfs.stat_of(pid))}
        first = [(pid, started) for pid, (parent, started) in own.items() if parent not in own]
        return min(first, key=lambda each: each[1], default=None)

    def _noted(self):
        """(id, start) that the pid file names, if such a process is there, whoever's it is; else None."""
        noted = places.remembered(self.pid_file)
        pid, started = noted.get("pid"), noted.get("started")
        if not isinstance(pid, int) or noted.get("boot") != procfs.boot():
            return None
        stat = procfs.stat_of(pid)
        return (pid, started) if stat and stat[1] == started else None

    def pids(self):
        """The ids of all its processes, the first one first."""
        main = self.main()
        return procfs.with_descendants(main[0]) if main else []

    def is_up(self):
        """Whether it runs and answers."""
        return self.main() is not None and self.answers()

    # What is done to it.

    def start(self):
        """Starts it and waits until it answers; returns False if it was up already."""
        if self.main():
            if self._wait_until_it_answers(None):
                return False
            if self.main():
                raise Trouble(f"{self.name} runs but does not answer: is it paused? (its log: {self.log})")
        self.end_all(self.pids())
        self._wait_for_its_end()
        self.folder.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, PORT_ATTEMPTS + 1):
            self.choose_ports()
            self.prepare()
            process, output_from = self._launch()
            if self._wait_until_it_answers(process):
                return True
            lost_its_port = process.poll() is not None and not all(places.is_free(self.port(each)) for each in self.ports)
            if not lost_its_port or attempt == PORT_ATTEMPTS:
                break
        said = self._output(output_from)
        if process.poll() is None:
            self.end_all(self.pids())
            raise Trouble(f"{self.name} did not answer within {self.start_seconds} s; its log, {self.log}, ends with:\n{said}")
        raise Trouble(f"{self.name} ended with code {process.returncode}; its log, {self.log}, ends with:\n{said}")

    def _wait_for_its_end(self):
        """Until the process before has given back its ports: one that was killed has no command line any more, but may still end."""
        noted = self._noted()
        if noted and not procfs.words_of(noted[0]):
            self._wait_until_gone([noted], GONE_SECONDS)

    def _launch(self):
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_name("log.old"))
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "JAVA_HOME") if name in os.environ}
        with open(self.log, "ab") as output:
            output_from = output.tell()
            process = subprocess.Popen([str(word) for word in self.command()], cwd=self.data, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                                       env={**environment, "LANG": "C.UTF-8"}, **self.user())
        stat = procfs.stat_of(process.pid)
        if stat:
            places.remember(self.pid_file, {"pid": process.pid, "started": stat[1], "boot": procfs.boot()})
        return process, output_from

    def _wait_until_it_answers(self, process):
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            if process.poll() is not None if process else not self.main():
                return False
            if self.answers():
                return process is None or process.poll() is None
            time.sleep(POLL_SECONDS)
        return False

    def _output(self, begin, lines=15):
        with open(self.log, "rb") as file:
            file.seek(begin)
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])

    def stop(self):
        """Ends it in order, by force after a while; returns False if it was down already."""
        main = self.main()
        if main:
            self._send(*main, self.stop_signal)
            self.signal_all(signal.SIGCONT)
            self._wait_until_gone([main], self.stop_seconds)
        left = self.pids()
        self.end_all(left)
        self.pid_file.unlink(missing_ok=True)
        return main is not None or bool(left)

    def signal_all(self, number):
        """A signal to all its processes, the first one first; returns False if there is none."""
        reached = set()
        while fresh := [pid for pid in self.pids() if pid not in reached]:
            for pid in fresh:
                stat = procfs.stat_of(pid)
                if stat:
                    self._send(pid, stat[1], number)
            reached.update(fresh)
        return bool(reached)

    def kill(self):
        """SIGKILL to all its processes, and waits until they are gone; returns False if there is none."""
        known = [(pid, stat[1]) for pid in self.pids() if (stat := procfs.stat_of(pid))]
        found = self.signal_all(signal.SIGKILL)
        self._wait_until_gone(known, GONE_SECONDS)
        return found

    def end_all(self, pids):
        """SIGKILL to processes of this service, and waits until they are gone."""
        known = [(pid, stat[1]) for pid in pids if (stat := procfs.stat_of(pid))]
        for pid, started in known:
            self._send(pid, started, signal.SIGKILL)
        if not self._wait_until_gone(known, GONE_SECONDS):
            raise Trouble(f"{self.name} cannot be ended: {', '.join(str(pid) for pid, _ in known)}")

    def reset(self):
        """Stops it and deletes its data, its ports and its log."""
        self.stop()
        if (self.folder / "data").is_symlink() and self.data.exists():
            shutil.rmtree(self.data.parent)
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def _send(self, pid, started, number):
        try:
            procfs.send(pid, started, number)
        except PermissionError:
            raise Trouble(f"{self.name} (process {pid}) was started by another user") from None

    @staticmethod
    def _wait_until_gone(processes, seconds):
        """Waits until none of the (id, start) lives."""
        deadline = time.monotonic() + seconds
        while any((stat := procfs.stat_of(pid)) and stat[1] == started for pid, started in processes):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True
