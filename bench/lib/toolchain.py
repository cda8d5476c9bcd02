"""Finds the programs to measure and builds the peer."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PEER = TOP / "bench" / "peers" / "centrifuge"
NEEDS_GO = """the peer needs Go {wanted} or newer ({found}).
Debian 12's own golang-go is 1.19, too old to fetch a newer one by itself. Either install a current Go, or take
golang-1.23-go from bookworm-backports: from 1.21 on, the go command fetches the version that go.mod asks for.
`bench/run --without-peer` measures callboard alone."""


class Missing(Exception):
    """Something the benchmarks need is not on this machine; the text says what to do."""


def wanted_go():
    """The Go version that the peer's go.mod asks for, as a tuple."""
    line = re.search(r"^go (\d+)\.(\d+)", (PEER / "go.mod").read_text(), re.M)
    return int(line[1]), int(line[2])


def find_go():
    """The go command to use and the environment it needs; a Missing if there is none new enough."""
    wanted = wanted_go()
    found = "none found"
    backports = sorted(Path("/usr/lib").glob("go-1.*/bin/go"), reverse=True)
    for candidate in [shutil.which("go"), "/usr/local/go/bin/go", *map(str, backports)]:
        if not candidate or not os.access(candidate, os.X_OK):
            continue
        # Outside of the module, so that go does not already fetch what go.mod asks for.
        text = subprocess.run([candidate, "version"], cwd="/", capture_output=True, text=True).stdout
        match = re.search(r"go(\d+)\.(\d+)", text)
        if not match:
            continue
        version = int(match[1]), int(match[2])
        found = f"{candidate} is {version[0]}.{version[1]}"
        if version >= wanted:
            return candidate, {}
        if version >= (1, 21):
            return candidate, {"GOTOOLCHAIN": "auto"}
    raise Missing(NEEDS_GO.format(wanted=".".join(map(str, wanted)), found=found))


def build_peer(into):
    """Compiles the peer into the folder `into`; the program's path."""
    go, environment = find_go()
    program = Path(into) / "centrifuge-peer"
    print("==> building the peer", file=sys.stderr)
    subprocess.run([go, "build", "-trimpath", "-o", program, "."], cwd=PEER, env=os.environ | environment, check=True)
    return program


def peer_version():
    """The version of the peer's library, from go.mod."""
    return re.search(r"centrifugal/centrifuge (v\S+)", (PEER / "go.mod").read_text())[1]


def find_programs(folder, names=("callboard", "callboard-load")):
    """Programs in `folder`, built if they are not there."""
    programs = [Path(folder) / name for name in names]
    missing = [program.name for program in programs if not program.is_file()]
    if missing:
        if Path(folder).resolve() != TOP / "build" / "bin":
            raise Missing(f"{folder} does not hold {' and '.join(missing)}")
        subprocess.run([TOP / "scripts" / "build", "release", *names], check=True)
    return programs
