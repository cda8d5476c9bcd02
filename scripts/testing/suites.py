"""The table of every suite. How each kind is run stands in jobs.py, what runs side by side in lanes.py."""

import dataclasses
import os
import pathlib

TOP = pathlib.Path(__file__).resolve().parents[2]

# C++ tests that also run with the address and undefined behaviour sanitizers inside `make test`.
ASAN_TESTS = ("core", "actors", "contract")
# C++ tests that run with the thread sanitizer in `make sanitize`.
TSAN_TESTS = ("core", "actors")
# How the variables begin that tell a suite's commands where its services are.
OF_SERVICES = ("CALLBOARD_TEST_", "CALLBOARD_SERVICES")


@dataclasses.dataclass(frozen=True)
class Suite:
    """One suite: its kind says how it is run and cut into parts, which run side by side with those of other suites."""

    name: str
    kind: str
    folder: str
    # Preparations of `PREPARATIONS`.
    needs: tuple
    # For each part: long enough for a machine that is busy with others, so that only what hangs is ended.
    deadline_seconds: int = 600
    # The parts, if not all that are found.
    only: tuple = ()
    # Parts that take long: they begin before the others, so that no lane is left with one of them at the end.
    first: tuple = ()
    programs: str = "build/bin"
    soak: bool = False
    # Those of scripts/services that run meanwhile and whose addresses the commands get: of every part, and of single ones.
    services: tuple = ()
    services_of: dict = dataclasses.field(default_factory=dict)
    # Services that a part which has them kills, freezes or configures: no other part that has them runs beside it.
    # Otherwise parts share a service, and keep to databases, topics and keys of their own.
    breaks: tuple = ()
    # Whether each part runs with nothing beside it.
    alone: bool = False
    # Whether what clients and server say to each other is held against the document of the API.
    judged: bool = False

    def services_for(self, part):
        """The services that a part gets."""
        return (*self.services, *self.services_of.get(part, ()))

    def all_services(self):
        """Those that any part gets."""
        return {*self.services, *(name for names in self.services_of.values() for name in names)}


PREPARATIONS = {
    "release": ("scripts/build", "release", "all"),
    "services": ("scripts/install-service-dependencies",),
    "vectors": ("scripts/fetch-test-vectors",),
    "actionlint": ("scripts/fetch-actionlint",),
    "web": ("scripts/build-web",),
    "web-packages": ("scripts/install-npm-packages", "web"),
    "foreign-packages": ("scripts/install-npm-packages", "tests/foreign"),
    "e2e-packages": ("scripts/install-npm-packages", "tests/e2e"),
    "api-packages": ("scripts/install-npm-packages", "tests/api"),
    "python-packages": ("scripts/install-python-packages",),
    "asan": ("scripts/build", "asan", *(f"test_{name}" for name in ASAN_TESTS)),
    "asan-all": ("scripts/build", "asan", "all"),
    "tsan": ("scripts/build", "tsan", *(f"test_{name}" for name in TSAN_TESTS)),
}


def _through_programs(programs, build, factor=1, soak=False):
    """The suites that run the real programs of one folder."""
    shared = {"programs": programs, "soak": soak}
    return (
        Suite("integration", "pytest", "tests/integration", (build, "services", "python-packages"), 600 * factor, breaks=("kafka",),
              first=("kafka", "analytics_kafka", "shutdown_services", "command_line", "kill_restart", "lifecycle", "shutdown"),
              services_of={"kafka": ("kafka", "smtp"), "analytics_kafka": ("kafka",), "smtp": ("smtp",),
                           "shutdown_services": ("postgres", "redis", "kafka"), "postgres_dump": ("postgres",),
                           "doctor": ("postgres",), "tracing_kafka": ("postgres", "kafka")}, **shared),
        Suite("cli", "pytest", "tests/cli", (build,), 600 * factor, **shared),
        Suite("foreign", "node", "tests/foreign", (build, "foreign-packages"), 600 * factor, **shared),
    )


# The services that executables of C++ tests need.
OF_UNITS = {"contract": ("postgres",), "redis": ("redis",), "kafka": ("kafka",)}

# Those of the proofs, whose Redis is one of their own.
OF_SECURITY = {name: ("postgres",) for name in ("ban", "guessing", "history", "session_storm", "sessions", "timing")}

SETS = {
    "test": (
        # What takes long begins first. The tests of Kafka are those that keep each other waiting.
        Suite("chaos", "pytest", "tests/chaos", ("release", "services"), 1800, first=("chaos", "store")),
        Suite("unit", "ctest", "build", ("release", "services", "vectors"), first=("kafka", "contract", "redis", "http"),
              services_of=OF_UNITS, breaks=("kafka",)),
        Suite("e2e", "node", "tests/e2e", ("release", "web", "e2e-packages"), 1200, judged=True),
        *_through_programs("build/bin", "release"),
        Suite("security", "pytest", "tests/security", ("release", "services"), 900,
              first=("guessing", "history", "sessions", "session_storm"), services_of=OF_SECURITY),
        Suite("api", "pytest", "tests/api", ("release", "web", "api-packages", "python-packages"), 1500, first=("fuzzing",)),
        Suite("services", "pytest", "tests/services", ("services",)),
        Suite("monitoring", "pytest", "tests/monitoring", ("release", "services"), first=("prometheus",), breaks=("kafka",),
              services_of={"prometheus": ("postgres", "kafka", "smtp")}),
        Suite("asan", "ctest", "build/asan", ("asan", "services"), 600, ASAN_TESTS, services_of=OF_UNITS),
        Suite("web", "vitest", "web", ("web-packages",)),
        Suite("house", "pytest", "tests/house", ("release", "actionlint")),
        Suite("docker", "pytest", "tests/docker", ("release",)),
        Suite("packaging", "pytest", "tests/packaging", ("release", "web")),
        Suite("load", "pytest", "tests/load", ("release",)),
        Suite("docs", "pytest", "tests/docs", ("release",)),
    ),
    "sanitize": (
        Suite("asan", "ctest", "build/asan", ("asan-all", "services", "vectors"), 1200, services_of=OF_UNITS, breaks=("kafka",)),
        Suite("tsan", "ctest", "build/tsan", ("tsan",), 1200, TSAN_TESTS),
        *_through_programs("build/asan/bin", "asan-all", factor=2),
    ),
    "soak": (
        *_through_programs("build/bin", "release", factor=10, soak=True)[:1],
        Suite("security", "pytest", "tests/security", ("release", "services"), 6000, services_of=OF_SECURITY, soak=True),
        Suite("api", "pytest", "tests/api", ("release", "web", "python-packages"), 1200, only=("fuzzing",), soak=True),
    ),
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
