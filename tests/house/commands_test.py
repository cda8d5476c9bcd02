"""The commands that the Makefile and the documents name exist."""

import re
import subprocess

import pytest

from support import TOP, text_of, tracked_files

TARGETS = {"run", "build", "package", "test", "stalls", "check", "bench", "soak", "chaos", "sanitize", "fuzz", "demo", "services", "format", "clean",
           "help"}
DOCUMENTS = [name for name in tracked_files() if name == "README.md" or (name.startswith("docs/") and name.endswith(".md"))]


def targets():
    """The targets of the Makefile that a person calls."""
    return set(re.findall(r"^([a-z]+):", text_of("Makefile"), flags=re.MULTILINE))


def unknown_commands(text):
    """`make X` and `scripts/X` that a text names and that do not exist."""
    named = re.findall(r"(?:^    |`)make ([a-z]+)", text, flags=re.MULTILINE)
    found = [f"make {name}" for name in named if name not in targets()]
    return found + [path for path in re.findall(r"\bscripts/[a-z][a-z./-]*[a-z]", text) if not (TOP / path).exists()]


def test_the_targets_are_the_promised_ones():
    assert targets() == TARGETS


def test_help_is_the_default_and_lists_every_target_with_a_sentence():
    done = subprocess.run(["make", "--no-print-directory"], cwd=TOP, capture_output=True, text=True, check=True)
    listed = dict(re.findall(r"^  ([a-z]+) +(.+)$", done.stdout, flags=re.MULTILINE))
    assert set(listed) == TARGETS
    assert all(sentence.endswith(".") for sentence in listed.values())


@pytest.mark.parametrize("script", sorted(set(re.findall(r"^\t@(scripts/\S+)$", text_of("Makefile"), flags=re.MULTILINE))))
def test_a_target_calls_a_script_that_exists(script):
    assert (TOP / script).is_file()


def test_continuous_integration_runs_the_tests_and_nothing_else():
    commands = [line for line in text_of(".ci/run").splitlines() if not line.startswith(("#", "set ", "cd "))]
    assert commands == ["exec make test"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_commands_that_exist(name):
    assert not unknown_commands(text_of(name))


def test_the_search_for_unknown_commands_can_fail():
    assert unknown_commands("run `make nothing` or scripts/no-such-thing") == ["make nothing", "scripts/no-such-thing"]
    assert not unknown_commands("    make test\nand `make run`; scripts/run-tests")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_documents_lead_somewhere(name):
    folder = (TOP / name).parent
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text_of(name))
    assert not [link for link in links if not (folder / link).exists()]
