"""The table of bounds in docs/operations.md against the program's options and the table of metrics."""

import os
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("CALLBOARD_BIN_DIR", TOP / "build/bin")) / "callboard"
TEXT = (TOP / "docs/operations.md").read_text(encoding="utf-8")
# Of the groups whose options are bounds, those that are none: how often something is done, or how long kept in memory.
NO_BOUNDS = {"ping-interval", "room-idle", "user-idle", "mirror-idle", "reminder-horizon", "trusted-proxies", "allowed-origins",
             "admin-networks"}


def section(heading):
    return TEXT.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def bounds():
    """The rows of the table: (bound, option or None, default, what happens, metrics)."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section("## Bounds").splitlines()
            if line.startswith("| ")][1:]
    for bound, option, default, effect, seen in rows:
        yield bound, option.strip("`").removeprefix("--") if option != "—" else None, default.strip("`"), effect, re.findall(r"`(\w+)`", seen)


def options():
    """The program's own: {name: default} of those in the groups whose options are bounds."""
    printed = subprocess.run([PROGRAM, "config", "example"], capture_output=True, text=True, timeout=60, check=True,
                             env={"PATH": os.environ["PATH"]}).stdout
    return {name.lower().replace("_", "-"): value for name, value in re.findall(r"^#CALLBOARD_(\w+)=(.*)$", printed, re.MULTILINE)}


def test_every_row_names_an_option_with_its_default():
    known = options()
    for bound, option, default, _, _ in bounds():
        if option is not None:
            assert option in known, f"{bound}: --{option} is no option"
            assert known[option] == default, f"{bound}: --{option} is {known[option]} unless told otherwise"


def test_no_bound_of_the_program_is_missing():
    """Of the groups of options about connections and sizes."""
    told = {option for _, option, *_ in bounds() if option}
    found = 0
    for heading in ("**Connections**", "**Rooms, messages and reminders**"):
        for name in re.findall(r"^\| `--([a-z-]+)` \|", TEXT.split(heading, 1)[1].split("\n**", 1)[0], re.MULTILINE):
            found += 1
            assert name in told or name in NO_BOUNDS, f"--{name} is not in the table of bounds"
    assert found > 30


def test_what_shows_a_bound_is_a_metric():
    known = set(re.findall(r"^\| `([a-z_]+)` \| (?:counter|gauge|histogram) \|", TEXT, re.MULTILINE))
    for bound, *_, metrics in bounds():
        for name in metrics:
            assert name in known, f"{bound}: {name} is no metric"


def test_every_row_says_what_happens():
    assert all(effect for _, _, _, effect, _ in bounds())
