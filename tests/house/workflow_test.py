"""The workflow of a forge is sound, and runs the same targets as a person does."""

import re
import subprocess

import pytest

from support import TOP, text_of, tracked_files

WORKFLOWS = [name for name in tracked_files() if name.startswith(".github/workflows/")]
LINTER = TOP / "build/tools/actionlint"


def complaints(path):
    """What actionlint has against a workflow."""
    assert LINTER.is_file(), "build/tools/actionlint is not there: scripts/fetch-actionlint"
    return subprocess.run([LINTER, "-no-color", path], cwd=TOP, capture_output=True, text=True, timeout=60, check=False).stdout


def test_there_is_one():
    assert ".github/workflows/ci.yml" in WORKFLOWS


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_passes_actionlint(name):
    assert complaints(TOP / name) == ""


def test_the_search_for_faults_can_fail(tmp_path):
    broken = tmp_path / "broken.yml"
    broken.write_text(text_of(WORKFLOWS[0]).replace("matrix.target }}", "matrix.tarket }}"))
    assert "tarket" in complaints(broken)


def test_it_runs_targets_of_the_makefile():
    text = text_of(".github/workflows/ci.yml")
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"target: ([a-z]+)", text)) | set(re.findall(r"run: make ([a-z]+)$", text, flags=re.MULTILINE))
    assert {"format", "build", "test", "sanitize", "package"} == named <= targets
    assert text.count("run: make") == 2
