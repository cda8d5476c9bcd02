"""Waiting for a condition, with a deadline."""

import time


def until(condition, seconds=60.0, what="condition", every=0.01):
    """Returns the first true value of `condition()`; fails after `seconds`, naming `what`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not reached within {seconds} s")
        time.sleep(every)
