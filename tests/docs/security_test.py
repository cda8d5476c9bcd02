"""docs/security.md: every test that it names is there."""

import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
SOURCES = [path for form in ("*_test.*", "*.test.js") for path in (TOP / "tests").rglob(form) if "node_modules" not in path.parts]
TEXT = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in SOURCES)
FILES = {path.name.split(".")[0] for path in SOURCES}


def named_tests():
    """What stands in backquotes in the right column of the table of promises."""
    lines = (TOP / "docs/security.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| promise")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split(" | ", 1)[1])]


def test_there_are_promises():
    assert len(named_tests()) > 60


def test_every_named_test_exists():
    forms = ("def {}(", '"{}"', "test('{}'")
    missing = [name for name in named_tests() if name not in FILES and not any(form.format(name) in TEXT for form in forms)]
    assert not missing, missing
