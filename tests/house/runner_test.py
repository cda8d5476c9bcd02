"""The test runner counts what the frameworks report and cannot be fooled by a suite that breaks or leaves processes."""

import os
import subprocess
import sys
import time

import pytest

from support import TOP

sys.path.insert(0, str(TOP / "scripts"))
import backing  # noqa: E402
from testing import counting, jobs, processes, suites  # noqa: E402

DOCTEST_FAILURE = """
===============================================================================
tests/a_test.cpp:3:
TEST CASE:  adds numbers

tests/a_test.cpp:4: ERROR: CHECK( 1 == 2 ) is NOT correct!

0.000012 s: adds numbers
1.500000 s: another
===============================================================================
[doctest] test cases:  3 |  2 passed | 1 failed | 0 skipped
[doctest] assertions: 9 |  8 passed | 1 failed |
"""

TAP = """TAP version 13
# Subtest: file
    not ok 1 - loses its socket
      ---
      duration_ms: 12.5
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly deep-equal:
        1 !== 2
      code: 'ERR_ASSERTION'
      ...
    ok 2 - subscribes
not ok 1 - file
# tests 2
# pass 1
# fail 1
# cancelled 0
# skipped 0
# todo 0
"""

CHILD = """
import subprocess, sys
sys.path.insert(0, {scripts!r})
from testing import processes
import pathlib
processes.adopt_orphans()
try:
    outcome = processes.run({command!r}, pathlib.Path({log!r}), {seconds}, None, "/")
    print("trouble:", outcome.trouble)
except processes.Interrupted:
    processes.end_all(grace_seconds=0)
    print("interrupted")
print("left:", processes.descendants())
"""


def runner(tmp_path, command, seconds=60):
    """Starts a runner of its own on a command."""
    code = CHILD.format(scripts=str(TOP / "scripts"), command=command, log=str(tmp_path / "log"), seconds=seconds)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def alive(marker):
    """Whether a process with that word on its command line runs."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0] == b"sleep" and marker.encode() in words:
            return True
    return False


def test_doctest_is_counted():
    count = counting.of_doctest(DOCTEST_FAILURE)
    assert (count.passed, count.failed, count.failures) == (2, 1, ["adds numbers"])
    assert count.details["adds numbers"] == ["tests/a_test.cpp:4: ERROR: CHECK( 1 == 2 ) is NOT correct!"]
    assert not counting.of_doctest("Segmentation fault").reported


def test_tap_is_counted():
    count = counting.of_tap(TAP)
    assert (count.passed, count.failed) == (1, 1)
    assert count.failures == ["loses its socket", "file"]
    assert count.details["loses its socket"] == [
        "failureType: 'testCodeFailure'", "error: |-", "  Expected values to be strictly deep-equal:", "  1 !== 2",
        "code: 'ERR_ASSERTION'"]
    assert not counting.of_tap("TAP version 13\n").reported


def test_junit_is_counted(tmp_path):
    path = tmp_path / "junit.xml"
    path.write_text('<testsuites><testsuite><testcase classname="a" name="x"/><testcase classname="a" name="y"><failure>'
                    + "\n\n".join(f"line {number}" for number in range(20)) + '</failure>'
                    '</testcase><testcase classname="a" name="z"><skipped/></testcase></testsuite></testsuites>')
    count = counting.of_junit(path)
    assert (count.passed, count.failed, count.skipped, count.failures) == (1, 1, 1, ["a::y"])
    assert count.details["a::y"] == [*(f"line {number}" for number in range(15)), "..."]
    path.write_text("<testsuites>")
    assert not counting.of_junit(path).reported


@pytest.mark.parametrize(("count", "code", "left", "trouble"), [
    (counting.Count(passed=3), 0, [], None),
    (counting.Count(passed=3), 1, [], "no test failed"),
    (counting.Count(passed=3), None, [], "deadline"),
    (counting.Count(passed=3), 0, ["chromium"], "chromium"),
    (counting.Count(passed=3), -11, [], "SIGSEGV"),
    (counting.Count(), 0, [], "ran no test"),
    (counting.NOTHING, 0, [], "reported no result"),
])
def test_a_suite_that_ends_badly_is_a_failure(count, code, left, trouble):
    troubles = jobs.Result("x", count, processes.Outcome(code, left, 0.1), TOP).troubles
    assert (trouble is None and not troubles) or (len(troubles) == 1 and trouble in troubles[0])


def test_a_suite_without_its_folder_is_a_failure(tmp_path):
    (job,) = jobs.of(suites.Suite("x", "pytest", "no/such/folder", ()), tmp_path)
    assert job.run({}).troubles == ["reported no result (exit code 1)"]


@pytest.mark.parametrize("kind", ["pytest", "ctest"])
def test_a_part_that_is_not_there_is_a_failure(tmp_path, kind):
    (job,) = jobs.of(suites.Suite("x", kind, str(tmp_path), (), only=("no_such_part",)), tmp_path)
    assert job.run({}).troubles == ["reported no result (exit code 1)"]


@pytest.mark.parametrize("kind", ["pytest", "ctest", "node"])
def test_a_suite_without_tests_is_a_failure(tmp_path, kind):
    (job,) = jobs.of(suites.Suite("x", kind, str(tmp_path), ()), tmp_path)
    assert job.run({}).troubles == ["reported no result (exit code 1)"]


def test_every_file_of_tests_is_a_job_and_those_named_first_begin(tmp_path):
    names = sorted(path.name.removesuffix("_test.py") for path in (TOP / "tests/house").glob("*_test.py"))
    found = [job.part for job in jobs.of(suites.Suite("x", "pytest", "tests/house", (), first=("tree", "runner")), tmp_path)]
    assert found[:2] == ["tree", "runner"] and sorted(found) == names


def test_parts_that_the_table_names_exist(tmp_path):
    for suite in (suite for table in suites.SETS.values() for suite in table if suite.kind == "pytest"):
        parts = {job.part for job in jobs.of(suite, tmp_path)}
        assert {*suite.first, *suite.services_of} <= parts, suite.name


def test_every_folder_of_tests_is_in_the_table():
    patterns = ("*_test.py", "*.test.js", "*.test.mjs", "*_test.mjs")
    folders = {f"tests/{path.name}" for path in (TOP / "tests").iterdir() if any(any(path.glob(each)) for each in patterns)}
    assert "tests/house" in folders
    assert folders <= {suite.folder for suite in suites.SETS["test"]}


def test_services_of_a_suite_are_known_and_prepared():
    named = [suite for table in suites.SETS.values() for suite in table if suite.all_services()]
    assert named
    for suite in named:
        assert suite.all_services() <= set(backing.SERVICES) and "services" in suite.needs, suite.name
        assert set(suite.breaks) <= suite.all_services(), suite.name


def test_a_suite_gets_the_addresses_of_its_services_and_no_stale_ones(monkeypatch):
    monkeypatch.setenv("CALLBOARD_TEST_REDIS_URL", "redis://of-somebody-else")
    monkeypatch.setenv("CALLBOARD_SERVICES_ROOT", "/of/somebody/else")
    suite = suites.Suite("x", "pytest", "tests/house", ())
    given = suites.environment_of(suite, {"CALLBOARD_TEST_KAFKA_BROKERS": "127.0.0.1:9092"})
    assert {name for name in given if name.startswith(suites.OF_SERVICES)} == {"CALLBOARD_TEST_KAFKA_BROKERS"}


def test_a_process_left_behind_is_reported_and_ended(tmp_path):
    marker = f"{1000 + os.getpid() % 1000}.251"
    process = runner(tmp_path, ["bash", "-c", f"setsid sleep {marker} & exit 0"])
    output, _ = process.communicate(timeout=60)
    assert "trouble: left processes behind: sleep" in output and "left: {}" in output
    assert not alive(marker)


def test_a_deadline_ends_the_whole_group(tmp_path):
    marker = f"{1000 + os.getpid() % 1000}.252"
    output, _ = runner(tmp_path, ["bash", "-c", f"sleep {marker} & wait"], seconds=0.5).communicate(timeout=60)
    assert "trouble: did not end before its deadline" in output and "left: {}" in output
    assert not alive(marker)


def test_an_interrupt_leaves_nothing_behind(tmp_path):
    marker = f"{1000 + os.getpid() % 1000}.253"
    process = runner(tmp_path, ["bash", "-c", f"(setsid sleep {marker} &) ; sleep {marker}"], seconds=60)
    deadline = time.monotonic() + 20
    while not alive(marker):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.terminate()
    output, _ = process.communicate(timeout=60)
    assert "interrupted" in output and "left: {}" in output
    assert not alive(marker)
