"""Where the fault test finds what it shares with other tests and with the scripts."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
for folder in (HERE, TOP / "tests/integration", TOP / "scripts"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
