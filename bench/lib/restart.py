"""Ends a server in order and starts another on the same port and data; returns when that one is ready.

Usage: restart.py FILE, where FILE is what Server.restart_command wrote.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from servers import ENDS_WITHIN, READY_WITHIN, answers_ready, start_process


def running(pid):
    return os.path.exists(f"/proc/{pid}/exe")  # a zombie has no exe


def main():
    plan = json.loads(Path(sys.argv[1]).read_text())
    pid_file = Path(plan["pid_file"])
    pid = int(pid_file.read_text())
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + ENDS_WITHIN
    while running(pid):
        if time.monotonic() > deadline:
            sys.exit(f"process {pid} does not end")
        time.sleep(0.005)
    started = start_process(plan["command"], plan["log"], pid_file.parent)
    pid_file.write_text(str(started.pid))
    deadline = time.monotonic() + READY_WITHIN
    while not answers_ready(plan["port"]):
        if started.poll() is not None or time.monotonic() > deadline:
            sys.exit("the restarted server is not ready")
        time.sleep(0.002)


main()
