"""Jobs run side by side where they may, each answers for its own processes, and none outlives the runner."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import time

from support import TOP

sys.path.insert(0, str(TOP / "scripts"))
from testing import counting, jobs, processes  # noqa: E402

RUN = """
import pathlib, sys
sys.path.insert(0, {scripts!r})
from testing import counting, jobs, lanes, processes, suites
folder = pathlib.Path({folder!r})

def shell(command):
    def work(job, environment):
        outcome = processes.run(["bash", "-c", command], job.log, 60, {{**environment, "FOLDER": str(folder)}}, "/")
        return jobs.Result(job.name, counting.Count(passed=1), outcome, job.log)
    return work

def job(name, command, **more):
    return jobs.Job(suites.Suite(name, "pytest", "tests", (), **more), "", folder / (name + ".log"), shell(command))

processes.adopt_orphans()
try:
    for result in lanes.run([job(name, command, **more) for name, command, more in {jobs!r}], {lanes}, lambda names: {{}}):
        print(result.name + ":", ", ".join(result.troubles) or "ok", flush=True)
except processes.Interrupted:
    print("interrupted")
    processes.end_all(grace_seconds=0)
print("left:", processes.descendants())
"""

# Notes when it begins and ends: what overlaps in time is found in the notes. Between the two it gives another job that
# may begin beside it the time to do so, a second or until one has.
NOTE = """
echo "begin $0" >> "$FOLDER/notes"
for _ in {1..50}; do
  mapfile -t notes < "$FOLDER/notes"
  [ "${notes[-1]}" = "begin $0" ] || break
  sleep 0.02
done
echo "end $0" >> "$FOLDER/notes"
"""


def start(folder, due, lanes=4):
    """Starts a runner on the jobs `due`, each (name, shell command, fields of its suite)."""
    code = RUN.format(scripts=str(TOP / "scripts"), folder=str(folder), jobs=due, lanes=lanes)
    return subprocess.Popen([sys.executable, "-B", "-c", code], stdout=subprocess.PIPE, text=True)


def lines_of(runner):
    """What it prints, once it ended."""
    return runner.communicate(timeout=60)[0].splitlines()


def noting(name, **more):
    """A job that notes its begin and its end."""
    return name, NOTE.replace("$0", name), more


def overlaps(folder):
    """The pairs of jobs that ran at the same time, by their notes."""
    found, running = set(), set()
    for word, name in (line.split() for line in (folder / "notes").read_text().splitlines()):
        if word == "begin":
            found |= {frozenset((name, other)) for other in running}
            running.add(name)
        else:
            running.remove(name)
    return {tuple(sorted(pair)) for pair in found}


def wait_until(condition, seconds=60):
    """Fails if the condition does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def pids(marker):
    """The processes that sleep for `marker` seconds."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if file.read().split(b"\0")[:2] == [b"sleep", marker.encode()]:
                    found.append(int(pid))
        except OSError:
            continue
    return found


def marker(number):
    """A time to sleep that no other process sleeps."""
    return f"{2000 + os.getpid() % 10000}.{number}"


def test_jobs_run_side_by_side(tmp_path):
    meet = 'touch "$FOLDER/{mine}"; while [ ! -e "$FOLDER/{other}" ]; do sleep 0.02; done'
    lines = lines_of(start(tmp_path, [("one", meet.format(mine="a", other="b"), {}), ("two", meet.format(mine="b", other="a"), {})], 2))
    assert sorted(lines) == ["left: {}", "one: ok", "two: ok"]


def test_no_more_run_at_once_than_there_are_lanes(tmp_path):
    assert lines_of(start(tmp_path, [noting(name) for name in "abc"], 1)) == ["a: ok", "b: ok", "c: ok", "left: {}"]
    assert not overlaps(tmp_path)


def test_a_service_that_a_job_breaks_is_its_alone_meanwhile(tmp_path):
    kafka = {"services": ("kafka",)}
    lines = lines_of(start(tmp_path, [noting("breaker", breaks=("kafka",), **kafka), noting("user", **kafka),
                                      noting("another", **kafka), noting("bystander", services=("redis",))]))
    assert len(lines) == 5 and all(line.endswith((": ok", "left: {}")) for line in lines)
    found = overlaps(tmp_path)
    assert ("another", "user") in found and ("breaker", "bystander") in found
    assert not {("another", "breaker"), ("breaker", "user")} & found


def test_a_job_that_wants_to_be_alone_runs_last_and_alone(tmp_path):
    lines = lines_of(start(tmp_path, [noting("alone", alone=True), noting("one"), noting("two"), noting("also", alone=True)]))
    assert lines[2:] == ["alone: ok", "also: ok", "left: {}"]
    assert overlaps(tmp_path) == {("one", "two")}


def test_a_process_left_behind_is_told_of_the_job_that_started_it(tmp_path):
    word = marker(1)
    lines = lines_of(start(tmp_path, [
        ("leaver", f"setsid sleep {word} & exit 0", {}),
        ("other", f'touch "$FOLDER/other"; sleep {marker(2)} & until [ -e "$FOLDER/end" ]; do sleep 0.02; done; kill $!', {}),
        ("last", 'while [ ! -e "$FOLDER/leaver.ended" ]; do [ -n "$(pgrep -f "^sleep ' + word + '")" ] || touch '
                 '"$FOLDER/leaver.ended"; sleep 0.02; done; touch "$FOLDER/end"', {})]))
    assert sorted(lines) == ["last: ok", "leaver: left processes behind: sleep", "left: {}", "other: ok"]
    assert not pids(word)


def test_a_worker_that_dies_is_a_failure_and_the_others_go_on(tmp_path):
    lines = lines_of(start(tmp_path, [("dying", "kill -9 $PPID; sleep 0.1", {}), ("next", "true", {})], 1))
    assert lines[0] == "dying: reported no result (exit code 1)" and "next: ok" in lines
    assert "exit code -9" in (tmp_path / "dying.log").read_text()


def test_an_interrupt_ends_all_that_is_under_way(tmp_path):
    words = [marker(number) for number in (3, 4)]
    runner = start(tmp_path, [("x" + word, f"(setsid sleep {word} &) ; sleep {word}", {}) for word in words])
    wait_until(lambda: all(len(pids(word)) == 2 for word in words))
    runner.terminate()
    lines = lines_of(runner)
    assert lines == ["interrupted", "left: {}"]
    assert not any(pids(word) for word in words)


def test_a_runner_that_is_killed_takes_its_jobs_with_it(tmp_path):
    word = marker(5)
    runner = start(tmp_path, [("x", f"(setsid sleep {word} &) ; sleep {word}", {})])
    wait_until(lambda: len(pids(word)) == 2)
    runner.kill()
    runner.wait()
    wait_until(lambda: not pids(word))


def closing_words(names, capsys):
    """What the runner prints at the end after jobs that ended in this order, one test of each failed."""
    loader = importlib.machinery.SourceFileLoader("run_tests", str(TOP / "scripts/run-tests"))
    program = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(program)
    report = program.Report()
    report.order = ["a", "b", "c"]
    for name in names:
        count = counting.Count(passed=2, failed=1, failures=["x"])
        report.add(jobs.Result(name, count, processes.Outcome(1, [], 0.1), TOP / f"build/test-logs/{name}.log"))
    capsys.readouterr()
    assert report.close() == 1
    return capsys.readouterr().out


def test_failures_and_counts_are_told_in_the_same_way_whatever_ended_first(capsys):
    words = closing_words("abc", capsys)
    assert words == closing_words("cab", capsys)
    assert re.findall(r"^  (\w): x ", words, flags=re.MULTILINE) == ["a", "b", "c"]
    assert words.endswith("\n\n6 passed, 3 failed\n")
