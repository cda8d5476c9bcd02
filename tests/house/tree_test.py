"""The files of the repository: lengths, words that do not belong, scripts, generated texts."""

import importlib.machinery
import importlib.util
import os
import pathlib
import re
import subprocess
import warnings

import pytest

from support import TOP, text_of, tracked_files

LONGEST = 400
AIM = 300
SOURCE = re.compile(r"\.(cpp|hpp|py|ts|tsx|js|mjs|sh|css|go)$")

# Names of this or that machine, and of the hosts packages come from: none of them is the project's business.
FOREIGN_WORDS = re.compile(r"/root/|/home/[a-z]+/|/work/|/Users/|deb\.debian\.org|registry\.npmjs\.org|proxy\.golang\.org"
                           r"|pypi\.org|repo1?\.maven|files\.pythonhosted")
OWN_NAME = str(pathlib.Path(__file__).relative_to(TOP))


def long_files(lengths):
    """Of {name: lines} those over the limit, as sentences."""
    return [f"{name}: {lines} lines" for name, lines in sorted(lengths.items()) if lines > LONGEST]


def foreign_words(name, text):
    """Lines of a file that hold a word which does not belong."""
    return [f"{name}:{number}: {line.strip()[:120]}" for number, line in enumerate(text.splitlines(), 1)
            if FOREIGN_WORDS.search(line)]


def scripts():
    """Tracked bash scripts."""
    return [name for name in tracked_files()
            if (TOP / name).read_bytes().startswith((b"#!/usr/bin/env bash", b"# shellcheck shell=bash"))]


def test_no_source_is_longer_than_400_lines():
    lengths = {name: len(text_of(name).splitlines()) for name in tracked_files() if SOURCE.search(name) and text_of(name)}
    for name, lines in lengths.items():
        if AIM < lines <= LONGEST:
            warnings.warn(f"{name} has {lines} lines; aim for {AIM}")
    assert not long_files(lengths), "\n".join(long_files(lengths))


def not_compiled(names, build):
    """C++ sources of tests that no target has."""
    return [name for name in names if re.fullmatch(r"tests/.*\.cpp", name) and f"/{name}" not in build]


def test_every_source_of_a_test_is_compiled():
    """A list of sources that was merged wrongly leaves tests out, and nothing else tells."""
    folder = TOP / "build"
    build = (folder / "build.ninja").read_text()
    for unity in folder.glob("tests/**/unity_*.cxx"):
        build += unity.read_text()
    names = [name for name in tracked_files() if not name.startswith("tests/fuzz/")]  # clang compiles these, and a test says so
    found = not_compiled(names, build)
    assert not found, "\n".join(found)


def test_the_search_for_sources_can_fail():
    build = "build a.o: CXX /src/tests/core/there_test.cpp"
    assert not_compiled(["tests/core/there_test.cpp", "tests/core/lost_test.cpp", "tests/a.py"], build) == ["tests/core/lost_test.cpp"]


def test_the_limit_of_lines_can_fail():
    assert long_files({"a.cpp": 400, "b.cpp": 401}) == ["b.cpp: 401 lines"]


def test_no_tracked_file_names_a_machine_or_a_registry():
    found = [line for name in tracked_files() if name != OWN_NAME for line in foreign_words(name, text_of(name) or "")]
    assert not found, "\n".join(found)


def test_the_search_for_words_can_fail():
    assert foreign_words("a", "fine\nsee /root/x\n") == ["a:2: see /root/x"]
    assert not foreign_words("a", "the root/ folder, GET /rooms")


def test_scripts_pass_shellcheck():
    names = scripts()
    assert "scripts/run" in names and "scripts/lib/common.sh" in names
    done = subprocess.run(["shellcheck", *names], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", [name for name in scripts() if not name.endswith(".sh")])
def test_a_script_is_executable_strict_and_says_what_it_does(name):
    text = text_of(name)
    assert os.access(TOP / name, os.X_OK), f"{name} is not executable"
    assert "set -euo pipefail" in text or "/lib/common.sh" in text, f"{name} is not strict"


def test_package_lists_have_one_explained_package_a_line():
    for path in sorted((TOP / "scripts/packages").glob("*.list")):
        for line in path.read_text().splitlines():
            assert line.startswith("#") or re.match(r"^[a-z0-9][a-z0-9+.-]+ +# \S", line), f"{path.name}: {line!r}"


def test_the_example_environment_is_what_the_program_prints():
    program = pathlib.Path(os.environ.get("CALLBOARD_BIN_DIR", TOP / "build/bin")) / "callboard"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    printed = subprocess.run([program, "config", "example"], capture_output=True, text=True, timeout=60, env=environment,
                             check=False)
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout == (TOP / ".env.example").read_text(), "write it again: scripts/document-options"


def test_the_table_of_options_is_that_of_the_example_environment():
    loader = importlib.machinery.SourceFileLoader("document_options", str(TOP / "scripts/document-options"))
    program = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(program)
    example, document = text_of(".env.example"), text_of("docs/operations.md")
    assert len(program.options_of(example)) == example.count("\n#CALLBOARD_")
    assert program.with_table(document, example) == document, "write it again: scripts/document-options"
