"""The test runner's own instance: what it starts is no left-behind process, and ends with it, however it ends."""

import signal
import subprocess
import sys

from conftest import PROGRAM, TOP
from support import is_alive, wait_until

RUN = """
import pathlib, sys
sys.path.insert(0, {scripts!r})
from testing import instance, processes
folder = pathlib.Path({folder!r})
instance.ROOT = folder / "services-test"
processes.adopt_orphans()
try:
    with instance.Instance({names!r}, folder / "services.log") as services:
        print("root:", services.root.name, flush=True)
        outcome = processes.run({command!r}, folder / "log", 60, services.variables({names!r}), "/")
        print("trouble:", outcome.trouble, flush=True)
except instance.Trouble as trouble:
    print("did not start:", trouble)
except processes.Interrupted:
    print("interrupted")
finally:
    processes.end_all(grace_seconds=0)
print("left:", processes.descendants())
"""


def start(folder, command, names=("redis",)):
    """Starts a runner on a command that needs services."""
    code = RUN.format(scripts=str(TOP / "scripts"), folder=str(folder), names=names, command=["bash", "-c", command])
    return subprocess.Popen([sys.executable, "-B", "-c", code], stdout=subprocess.PIPE, text=True)


def output_of(runner):
    """What it prints, once it ended."""
    return runner.communicate(timeout=60)[0]


def status(folder, root="services-test"):
    """Whether redis is up in the runner's instance."""
    return subprocess.run([PROGRAM, "--root", folder / root, "status", "redis"], capture_output=True, text=True,
                          check=False).stdout.split()[1]


def test_a_suite_may_kill_and_restart_what_it_was_given(tmp_path):
    runner = start(tmp_path, '"$CALLBOARD_SERVICES" kill redis && "$CALLBOARD_SERVICES" start redis && env')
    assert output_of(runner) == "root: services-test\ntrouble: None\nleft: {}\n"
    assert "CALLBOARD_TEST_REDIS_URL=redis://127.0.0.1:" in (tmp_path / "log").read_text()
    assert status(tmp_path) == "down"


def test_other_processes_of_a_suite_are_still_found(tmp_path):
    assert "trouble: left processes behind: sleep" in output_of(start(tmp_path, "setsid sleep 300 & exit 0"))


def test_an_interrupted_run_ends_its_services(tmp_path):
    runner = start(tmp_path, f"touch '{tmp_path}/under-way'; sleep 300")
    wait_until((tmp_path / "under-way").exists, 30)
    assert status(tmp_path) == "up"
    runner.send_signal(signal.SIGINT)
    assert "interrupted\nleft: {}" in output_of(runner)
    assert status(tmp_path) == "down"


def test_two_runs_beside_each_other_have_their_own(tmp_path):
    first = start(tmp_path, f"touch '{tmp_path}/first'; while [ ! -e '{tmp_path}/second' ]; do sleep 0.05; done")
    wait_until((tmp_path / "first").exists, 30)
    assert "root: services-test-2\ntrouble: None" in output_of(start(tmp_path, f"touch '{tmp_path}/second'"))
    assert "root: services-test\ntrouble: None" in output_of(first)


def test_a_run_begins_with_empty_services_also_after_one_that_was_killed(tmp_path):
    (tmp_path / "services-test/smtp/data").mkdir(parents=True)
    (tmp_path / "services-test/smtp/data/00000001.json").write_text("{}")
    runner = start(tmp_path, f"touch '{tmp_path}/under-way'; sleep 300")
    wait_until((tmp_path / "under-way").exists, 30)
    before = subprocess.run([PROGRAM, "--root", tmp_path / "services-test", "pid", "redis"], capture_output=True, text=True,
                            check=True).stdout
    runner.kill()
    runner.wait()
    assert status(tmp_path) == "up"
    assert "trouble: None" in output_of(start(tmp_path, "true"))
    assert not is_alive(int(before)) and not (tmp_path / "services-test/smtp").exists()


def test_a_service_that_does_not_start_is_said_and_nothing_is_run(tmp_path):
    (tmp_path / "services-test").mkdir()
    (tmp_path / "services-test/redis").write_text("a file where a folder belongs")
    output = output_of(start(tmp_path, f"touch '{tmp_path}/was-run'"))
    assert output.startswith("did not start: scripts/services reset failed") and output.endswith("left: {}\n")
    assert not (tmp_path / "was-run").exists()
