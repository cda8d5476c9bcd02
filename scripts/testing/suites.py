"""The table of every suite, and how each kind is run and counted. A suite that reports nothing has failed."""

import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile

from testing import counting, processes

TOP = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"

# C++ tests that also run with the address and undefined behaviour sanitizers inside `make test`.
ASAN_TESTS = ("core", "actors", "contract")
# C++ tests that run with the thread sanitizer in `make sanitize`.
TSAN_TESTS = ("core", "actors")
# How the variables begin that tell a suite's commands where its services are.
OF_SERVICES = ("CALLBOARD_TEST_", "CALLBOARD_SERVICES")


@dataclasses.dataclass(frozen=True)
class Suite:
    """One suite: its kind says how it is run, `needs` names preparations of `PREPARATIONS`, `services` those of
    scripts/services that run meanwhile and whose addresses its commands get."""

    name: str
    kind: str
    folder: str
    needs: tuple
    deadline_seconds: int = 300
    only: tuple = ()
    programs: str = "build/bin"
    soak: bool = False
    services: tuple = ()


PREPARATIONS = {
    "release": ("scripts/build", "release", "all"),
    "services": ("scripts/install-service-dependencies",),
    "web": ("scripts/build-web",),
    "web-packages": ("scripts/install-npm-packages", "web"),
    "foreign-packages": ("scripts/install-npm-packages", "tests/foreign"),
    "e2e-packages": ("scripts/install-npm-packages", "tests/e2e"),
    "asan": ("scripts/build", "asan", *(f"test_{name}" for name in ASAN_TESTS)),
    "asan-all": ("scripts/build", "asan", "all"),
    "tsan": ("scripts/build", "tsan", *(f"test_{name}" for name in TSAN_TESTS)),
}


def _through_programs(programs, build, factor=1, soak=False):
    """The suites that run the real programs of one folder."""
    shared = {"programs": programs, "soak": soak}
    return (
        Suite("integration", "pytest", "tests/integration", (build, "services"), 900 * factor, services=("kafka", "smtp"), **shared),
        Suite("cli", "pytest", "tests/cli", (build,), 300 * factor, **shared),
        Suite("foreign", "node", "tests/foreign", (build, "foreign-packages"), 300 * factor, **shared),
    )


SETS = {
    "test": (
        Suite("house", "pytest", "tests/house", ("release",)),
        Suite("docker", "pytest", "tests/docker", ("release",)),
        Suite("services", "pytest", "tests/services", ("services",), 600),
        Suite("unit", "ctest", "build", ("release", "services"), services=("postgres", "redis", "kafka")),
        Suite("asan", "ctest", "build/asan", ("asan", "services"), 600, ASAN_TESTS, services=("postgres",)),
        Suite("web", "vitest", "web", ("web-packages",)),
        *_through_programs("build/bin", "release"),
        Suite("chaos", "pytest", "tests/chaos", ("release", "services"), 480),
        Suite("load", "pytest", "tests/load", ("release",)),
        Suite("docs", "pytest", "tests/docs", ("release",)),
        Suite("e2e", "node", "tests/e2e", ("release", "web", "e2e-packages"), 600),
    ),
    "sanitize": (
        Suite("asan", "ctest", "build/asan", ("asan-all", "services"), 1200, services=("postgres", "redis", "kafka")),
        Suite("tsan", "ctest", "build/tsan", ("tsan",), 1200, TSAN_TESTS),
        *_through_programs("build/asan/bin", "asan-all", factor=4),
    ),
    "soak": _through_programs("build/bin", "release", factor=20, soak=True)[:1],
}


def environment_of(suite, addresses=None):
    """The variables a suite's commands get; `addresses` are those of the services that it needs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OF_SERVICES)}
    environment.update(addresses or {})
    environment.update(
        CALLBOARD_BIN_DIR=str(TOP / suite.programs),
        ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=1",
        LSAN_OPTIONS=f"suppressions={TOP / 'scripts/lsan.supp'}:print_suppressions=0",
        UBSAN_OPTIONS="print_stacktrace=1",
        TSAN_OPTIONS=f"suppressions={TOP / 'scripts/tsan.supp'}:second_deadlock_stack=1",
        PYTHONDONTWRITEBYTECODE="1",
        NO_COLOR="1",
    )
    environment.pop("FORCE_COLOR", None)
    environment.pop("CALLBOARD_SOAK", None)
    if suite.soak:
        environment["CALLBOARD_SOAK"] = "1"
    return environment


def server_environment(environment):
    """The same without variables that are meant for tests: the server refuses names it does not know."""
    return {name: value for name, value in environment.items() if not name.startswith("CALLBOARD_")}


@dataclasses.dataclass
class Result:
    """What one command of a suite reported."""

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


def missing(name, log, why):
    """The result of a suite that could not start."""
    log.write_text(why + "\n")
    return Result(name, counting.NOTHING, processes.Outcome(1, [], 0.0), log)


def run(suite, logs, addresses=None):
    """Runs a suite; yields a Result for each of its commands."""
    if not (TOP / suite.folder).is_dir():
        yield missing(suite.name, logs / f"{suite.name}.log", f"there is no folder {suite.folder}")
        return
    yield from {"ctest": _run_ctest, "pytest": _run_pytest, "vitest": _run_vitest, "node": _run_node}[suite.kind](
        suite, logs, environment_of(suite, addresses))


def _run_ctest(suite, logs, environment):
    listing = subprocess.run(["ctest", "--test-dir", suite.folder, "--show-only=json-v1"], cwd=TOP, capture_output=True,
                             text=True, check=False)
    tests = {test["name"]: test for test in json.loads(listing.stdout)["tests"]} if listing.returncode == 0 else {}
    wanted = suite.only or tuple(sorted(tests))
    if not wanted:
        yield missing(suite.name, logs / f"{suite.name}.log", f"ctest lists no test in {suite.folder}: {listing.stderr}")
    for name in wanted:
        log = logs / f"{suite.name}-{name}.log"
        if not tests.get(name, {}).get("command"):
            yield missing(f"{suite.name} {name}", log, f"there is no built test {name} in {suite.folder}")
            continue
        log.unlink(missing_ok=True)
        outcome = processes.run([*tests[name]["command"], "--no-colors=true"], log, suite.deadline_seconds,
                                environment, TOP / suite.folder)
        yield Result(f"{suite.name} {name}", counting.of_doctest(log.read_text(errors="replace")), outcome, log)


def _run_pytest(suite, logs, environment):
    log, junit = logs / f"{suite.name}.log", logs / f"{suite.name}.xml"
    for each in (log, junit):
        each.unlink(missing_ok=True)
    command = [PYTHON, "-m", "pytest", "-v", "--tb=short", "-p", "no:cacheprovider", f"--junitxml={junit}"]
    if not suite.soak:
        command += ["-m", "not soak"]
    outcome = processes.run([*command, suite.folder], log, suite.deadline_seconds, environment, TOP)
    yield Result(suite.name, counting.of_junit(junit), outcome, log)


def _run_vitest(suite, logs, environment):
    log, junit = logs / f"{suite.name}.log", logs / f"{suite.name}.xml"
    for each in (log, junit):
        each.unlink(missing_ok=True)
    command = ["npm", "test", "--silent", "--", "--reporter=default", "--reporter=junit", f"--outputFile.junit={junit}"]
    outcome = processes.run(command, log, suite.deadline_seconds, environment, TOP / suite.folder)
    yield Result(suite.name, counting.of_junit(junit), outcome, log)


def _run_node(suite, logs, environment):
    log = logs / f"{suite.name}.log"
    log.unlink(missing_ok=True)
    folder = TOP / suite.folder
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                   if path.name.endswith((".test.js", ".test.mjs", "_test.js", "_test.mjs")) and "node_modules" not in path.parts)
    if not files:
        yield missing(suite.name, log, f"there is no test file in {suite.folder}")
        return
    program = TOP / suite.programs / "callboard"
    with tempfile.TemporaryDirectory(prefix="callboard-test-") as data:
        server = processes.Server(program, data, logs / f"{suite.name}-server.log", server_environment(environment),
                                  TOP / "web/dist")
        try:
            with server as url:
                environment.update(CALLBOARD_URL=url, CALLBOARD_DATA_DIR=data)
                outcome = processes.run(["node", "--test", "--test-reporter=tap", *files], log, suite.deadline_seconds,
                                        environment, folder, allowed={server.process.pid})
            outcome.server_trouble = server.trouble
        except (OSError, RuntimeError) as error:
            yield missing(suite.name, log, str(error))
            return
    yield Result(suite.name, counting.of_tap(log.read_text(errors="replace")), outcome, log)
