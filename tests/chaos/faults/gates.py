"""The gates as the test holds them: one process for all, ended with the test."""

import json
import pathlib
import subprocess
import sys
import threading

PROGRAM = pathlib.Path(__file__).with_name("gate_process.py")


class Gates:
    """`with Gates(names) as gates`: each listens on `gates.ports[name]` and passes connections to where it leads."""

    def __init__(self, names):
        self.names = names
        self.ports = {}
        self._process = None
        self._lock = threading.Lock()

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, PROGRAM, *self.names], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ports = json.loads(self._process.stdout.readline())
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(60)
        self._process.stdout.close()

    def tell(self, gate, what, **more):
        """One command of gate_process.py; returns its answer when it is done."""
        with self._lock:
            self._process.stdin.write(json.dumps({"gate": gate, "do": what, **more}) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "the process of the gates has ended"
        return json.loads(answer)
