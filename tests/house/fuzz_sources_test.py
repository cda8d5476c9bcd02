"""What is fuzzed is built from a list of sources: with one missing `make fuzz` does not link, which nobody else would see."""

import json
import re
import shlex
import subprocess

import pytest

from support import TOP


def listed():
    """The sources of the list `fuzzed`, as paths from the top."""
    found = re.search(r"set\(fuzzed\s+([^)]*)\)", (TOP / "tests/fuzz/CMakeLists.txt").read_text())
    return {f"{name}.cpp" for name in found.group(1).split()}


def objects():
    """The object file of each source that the release build compiles: {path from the top: object}."""
    build = TOP / "build"
    commands = json.loads((build / "compile_commands.json").read_text())
    found = {}
    for each in commands:
        words = shlex.split(each["command"])
        found[each["file"].removeprefix(f"{TOP}/")] = build / words[words.index("-o") + 1]
    return found


def symbols(files):
    """Names of our own that the objects define, and those that they need: two sets."""
    listing = subprocess.run(["nm", "--no-sort", *files], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^[0-9a-f ]+ ([A-Za-z]) (\S*9callboard\S*)$", listing, re.MULTILINE)
    needed = {name for kind, name in found if kind == "U"}
    return {name for kind, name in found if kind not in "Uw"}, needed


def missing(sources, known):
    """What `sources` need of us and none of them defines."""
    defined, needed = symbols([known[source] for source in sources])
    return needed - defined


@pytest.fixture(scope="module")
def known():
    """All objects of the build."""
    return objects()


@pytest.fixture(scope="module")
def linked(known):
    """What makes the targets: the list, and each of them."""
    targets = {name for name in known if re.fullmatch(r"tests/fuzz/\w+_fuzz\.cpp", name)}
    sources = listed()
    assert len(targets) > 10 and len(sources) > 50
    return sources | targets


def test_the_list_of_fuzzed_sources_is_complete(known, linked):
    """Linked with the targets alone it needs nothing more of ours."""
    assert not linked - set(known), "no source of the build"
    assert not missing(linked, known)


def test_a_source_that_is_left_out_is_noticed(known, linked):
    """One that others need."""
    assert "adapters/http/framing.cpp" in linked
    assert missing(linked - {"adapters/http/framing.cpp"}, known)
