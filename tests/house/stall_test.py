"""scripts/stall takes the CPU of a command away for moments, and else leaves it as it is."""

import subprocess

import pytest

from support import TOP

# Ends with 5 once it has stood still three times for longer than it slept.
WATCH = """
import sys, time
found, last, end = 0, time.monotonic(), time.monotonic() + 90
while last < end:
    time.sleep(0.01)
    now = time.monotonic()
    found += now - last > 0.3
    if found >= 3:
        sys.exit(5)
    last = now
sys.exit(1)
"""


def stall(*words):
    """Runs it; skips where no control group can be made."""
    done = subprocess.run([TOP / "scripts/stall", *words], capture_output=True, text=True, timeout=120, check=False)
    if "no control group can be made" in done.stderr:
        pytest.skip(done.stderr.strip())
    return done


def test_the_command_stands_still_for_moments_and_its_status_is_kept():
    done = stall("--every", "0.2", "--longest", "1", "--seed", "1", "/usr/bin/python3", "-c", WATCH)
    assert done.returncode == 5, done
    assert "scripts/stall: stood still " in done.stderr and "(seed 1)" in done.stderr


def test_a_command_that_a_signal_ends_says_so():
    assert stall("--every", "60", "bash", "-c", "kill -KILL $$").returncode == 137


@pytest.mark.parametrize("words", [(), ("--every", "0", "true"), ("--longest", "-1", "true"), ("--seed", "x", "true")])
def test_wrong_usage_is_refused(words):
    assert stall(*words).returncode == 2
