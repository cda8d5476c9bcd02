"""How the suites of each kind are cut into jobs, run and counted. A job that reports nothing has failed."""

import contextlib
import dataclasses
import functools
import json
import pathlib
import subprocess
import tempfile
from typing import Callable

from contract import Proxy, port_of, published
from testing import counting, processes
from testing.suites import TOP, Suite, environment_of, server_environment

PYTHON = "/usr/bin/python3"
NODE_TESTS = (".test.js", ".test.mjs", "_test.js", "_test.mjs")


@dataclasses.dataclass
class Result:
    """What one job reported."""

    name: str
    count: counting.Count
    outcome: processes.Outcome
    log: pathlib.Path

    @property
    def troubles(self):
        """Sentences for what went wrong beside failed tests; each counts as one failure."""
        found = [self.outcome.trouble] if self.outcome.trouble else []
        if not found and not self.count.reported:
            found.append(f"reported no result (exit code {self.outcome.code})")
        if not found and self.count.passed + self.count.failed == 0:
            found.append("ran no test")
        if not found and self.outcome.code != 0 and self.count.failed == 0:
            found.append(f"ended with exit code {self.outcome.code} though no test failed")
        return found


@dataclasses.dataclass(frozen=True)
class Job:
    """One command of a suite, the smallest thing that runs beside others. `work` takes a job and the variables of its
    commands, and returns a Result."""

    suite: Suite
    part: str
    log: pathlib.Path
    work: Callable

    @property
    def name(self):
        """The suite's name, and the part's where there are several."""
        return f"{self.suite.name} {self.part}".rstrip()

    @property
    def services(self):
        """The services that it gets."""
        return self.suite.services_for(self.part)

    @property
    def breaks(self):
        """Those of them that no other job may have meanwhile."""
        return {name for name in self.services if name in self.suite.breaks}

    @property
    def junit(self):
        """Where those that report by JUnit's form write it."""
        return self.log.with_suffix(".xml")

    def run(self, addresses):
        """Runs it to its end; `addresses` are the variables that tell where its services are."""
        for each in (self.log, self.junit):
            each.unlink(missing_ok=True)
        return self.work(self, environment_of(self.suite, addresses))

    def missing(self, why):
        """The result of a job that could not start, or never said how it ended."""
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(why + "\n")
        return Result(self.name, counting.NOTHING, processes.Outcome(1, [], 0.0), self.log)


def of(suite, logs):
    """The jobs of a suite, those that take long first; at least one, which fails if there is nothing to run."""
    if not (TOP / suite.folder).is_dir():
        return [_failing(suite, logs, f"there is no folder {suite.folder}")]
    found = {"ctest": _of_ctest, "pytest": _of_pytest, "vitest": _of_vitest, "node": _of_node}[suite.kind](suite, logs)
    return sorted(found, key=lambda job: suite.first.index(job.part) if job.part in suite.first else len(suite.first))


def _job(suite, part, logs, work):
    return Job(suite, part, logs / f"{'-'.join(filter(None, (suite.name, part)))}.log", work)


def _failing(suite, logs, why, part=""):
    return _job(suite, part, logs, lambda job, _environment: job.missing(why))


def _of_ctest(suite, logs):
    listing = subprocess.run(["ctest", "--test-dir", suite.folder, "--show-only=json-v1"], cwd=TOP, capture_output=True,
                             text=True, check=False)
    tests = {test["name"]: test for test in json.loads(listing.stdout)["tests"]} if listing.returncode == 0 else {}
    wanted = suite.only or tuple(sorted(tests))
    if not wanted:
        return [_failing(suite, logs, f"ctest lists no test in {suite.folder}: {listing.stderr}")]
    return [_job(suite, name, logs, functools.partial(_run_doctest, tests[name]["command"]))
            if tests.get(name, {}).get("command") else
            _failing(suite, logs, f"there is no built test {name} in {suite.folder}", name) for name in wanted]


def _run_doctest(command, job, environment):
    outcome = processes.run([*command, "--no-colors=true", "--duration=true"], job.log, job.suite.deadline_seconds, environment,
                            TOP / job.suite.folder)
    return Result(job.name, counting.of_doctest(job.log.read_text(errors="replace")), outcome, job.log)


def _of_pytest(suite, logs):
    """A job for each file."""
    files = {path.name.removesuffix("_test.py"): path for path in sorted((TOP / suite.folder).glob("*_test.py"))}
    wanted = suite.only or tuple(files)
    if not wanted:
        return [_failing(suite, logs, f"there is no test file in {suite.folder}")]
    return [_job(suite, part, logs, functools.partial(_run_pytest, files[part])) if part in files else
            _failing(suite, logs, f"there is no file {part}_test.py in {suite.folder}", part) for part in wanted]


def _run_pytest(file, job, environment):
    command = [PYTHON, "-m", "pytest", "-v", "--tb=short", "--durations=15", "-p", "no:cacheprovider", f"--junitxml={job.junit}"]
    if job.suite.soak:  # the figures of tests that pass stand in the log; nothing that takes long is taken for a hang
        command += ["-rP", "-o", f"faulthandler_timeout={job.suite.deadline_seconds}"]
    else:
        command += ["-m", "not soak"]
    outcome = processes.run([*command, file], job.log, job.suite.deadline_seconds, environment, TOP)
    return Result(job.name, counting.of_junit(job.junit), outcome, job.log)


def _of_vitest(suite, logs):
    return [_job(suite, "", logs, _run_vitest)]


def _run_vitest(job, environment):
    command = ["npm", "test", "--silent", "--", "--reporter=default", "--reporter=junit", f"--outputFile.junit={job.junit}"]
    outcome = processes.run(command, job.log, job.suite.deadline_seconds, environment, TOP / job.suite.folder)
    return Result(job.name, counting.of_junit(job.junit), outcome, job.log)


def _of_node(suite, logs):
    """One job, whose files share a server."""
    folder = TOP / suite.folder
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                   if path.name.endswith(NODE_TESTS) and "node_modules" not in path.parts)
    if not files:
        return [_failing(suite, logs, f"there is no test file in {suite.folder}")]
    return [_job(suite, "", logs, functools.partial(_run_node, files))]


def _run_node(files, job, environment):
    suite = job.suite
    program = TOP / suite.programs / "callboard"
    with tempfile.TemporaryDirectory(prefix="callboard-test-") as data:
        judge = Proxy(published()) if suite.judged else None
        server = processes.Server(program, data, job.log.with_name(f"{suite.name}-server.log"),
                                  server_environment(environment), TOP / "web/dist", judge.url if judge else None)
        try:
            with server as url, judge or contextlib.nullcontext():
                if judge:
                    judge.to, url = port_of(url), judge.url
                environment.update(CALLBOARD_URL=url, CALLBOARD_DATA_DIR=data)
                outcome = processes.run(["node", "--test", "--test-reporter=tap", *files], job.log, suite.deadline_seconds,
                                        environment, TOP / suite.folder, allowed={server.process.pid})
            outcome.server_trouble = server.trouble or (judge.trouble if judge else None)
        except (OSError, RuntimeError) as error:
            return job.missing(str(error))
    return Result(job.name, counting.of_tap(job.log.read_text(errors="replace")), outcome, job.log)
