#!/usr/bin/python3
"""The fault test as a program: load, faults, then the checker; prints a table and keeps it in FOLDER/report.txt.

tests/chaos/run.py [--faults N] [--seed N] [--folder FOLDER]

Exit status 1 if anything was lost, unexpected, doubled, out of order or wrong, or if the run did not come to its end.
"""

import argparse
import asyncio
import contextlib
import fcntl
import pathlib
import random
import shutil
import signal
import sys
import time

import requests

import conftest  # noqa: F401  (where the rest is found)
from checker import history, store, topic, verdict
from drive import Driver
from faults.services import Stage
from report import text_of

TOP = conftest.TOP
LAST_LINES = 40


@contextlib.contextmanager
def folder_of_its_own(wished):
    """The wished folder, or one beside it if another run is using it; empty but for the services' root beside it."""
    for number in range(1, 17):
        folder = wished if number == 1 else wished.with_name(f"{wished.name}-{number}")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with open(folder.with_name(f"{folder.name}.lock"), "ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            yield folder
            return
    raise AssertionError("16 runs of the fault test are under way already")


def tell_what_is_known(stage, say):
    """What helps to find out why a run did not come to its end: log lines other than those of requests, and figures."""
    lines = stage.server.all_output().splitlines()
    say("callboard said:\n" + "\n".join([line for line in lines if " info " not in line][-LAST_LINES:]))
    with contextlib.suppress(OSError):
        metrics = requests.get(stage.server.url + "/metrics", timeout=5).text.splitlines()
        say("\n".join(line for line in metrics if line.startswith(("callboard_outbox", "callboard_publish", "callboard_events"))
                      and "bucket" not in line))  # fmt: skip


def perform(folder, seed, count, say=print):
    """One run in a folder; returns (report, whether it passed)."""
    begun = time.monotonic()
    say(f"seed {seed}, {count} faults, in {folder}")
    with Stage(TOP / "build" / f"services-{folder.name}", folder) as stage:
        say(f"  everything runs after {time.monotonic() - begun:.1f} s")
        driver = Driver(stage, seed, count, say)
        try:
            outcome = asyncio.run(driver.perform())
            judged_from = time.monotonic()
            past = history.read(open(outcome.history, encoding="utf-8"))
            rows, messages = store.read(outcome.database), topic.read(outcome.brokers)
            found = verdict.judge(past, rows, messages, outcome.figures)
            say(f"  judged in {time.monotonic() - judged_from:.1f} s")
            code = stage.server.stop()
        except BaseException:
            tell_what_is_known(stage, say)
            raise
    report = text_of(outcome, past, rows, messages, found)
    passed = not found.findings and not outcome.troubles and len(found.in_flight) == count
    if code != 0:
        report += f"callboard ended with exit code {code}\n"
        passed = False
    (folder / "report.txt").write_text(report)
    return report, passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--folder", type=pathlib.Path, default=TOP / "build/chaos")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that everything is ended on the way out
    seed = random.SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    with folder_of_its_own(given.folder.resolve()) as folder:
        report, passed = perform(folder, seed, given.faults, lambda text: print(text, flush=True))
    print("\n" + report, end="", flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
