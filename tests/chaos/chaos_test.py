"""Faults over the real services, under load: nothing is lost, unexpected, doubled or out of order. Each kind strikes once.

`make chaos` does the same with 100 faults. CALLBOARD_SEED repeats the order of a run; the report names it.
"""

import os
import pathlib
import random

from conftest import TOP
from faults.kinds import KINDS
from run import folder_of_its_own, perform

SEED = int(os.environ.get("CALLBOARD_SEED") or random.SystemRandom().randrange(1 << 32))


def test_nothing_is_lost_doubled_or_out_of_order():
    with folder_of_its_own(pathlib.Path(TOP / "build/test-logs/chaos-suite")) as folder:
        report, passed = perform(folder, SEED, len(KINDS))
    print(report)
    assert passed, report
