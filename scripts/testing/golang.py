"""The Go client, by which the tests get what comes as Go modules, through the module proxy that it is set to."""

import os
import pathlib

TOP = pathlib.Path(__file__).resolve().parents[2]
ELSEWHERE = pathlib.Path("/usr/local/go/bin/go")
DEADLINE_SECONDS = 280


class Trouble(Exception):
    """Why something cannot be had, in one sentence."""


def environment():
    """That of the Go client: a place for its cache also without a home, and nothing that ties it to a module here."""
    chosen = os.environ | {"GOFLAGS": "-mod=mod", "GO111MODULE": "on", "GOWORK": "off"}
    if not any(chosen.get(name) for name in ("HOME", "GOPATH", "GOMODCACHE")):
        chosen["GOPATH"] = str(TOP / "build" / "go")
        chosen["GOFLAGS"] += " -modcacherw"  # so that `make clean` can remove it
    return chosen


def go_client(path=None):
    """The Go client: the first in the search path, or where Go's own installer puts it."""
    for folder in (path or os.environ.get("PATH", "")).split(os.pathsep):
        candidate = pathlib.Path(folder) / "go"
        if folder and os.access(candidate, os.X_OK):
            return candidate
    if path is None and os.access(ELSEWHERE, os.X_OK):
        return ELSEWHERE
    raise Trouble("there is no Go client (Debian: golang-go); scripts/install-test-dependencies installs it")
