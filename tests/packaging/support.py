"""What the tests of the package share: the package, made once of the programs as they are built."""

import functools
import os
import pathlib
import re
import subprocess
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("CALLBOARD_BIN_DIR", TOP / "build/bin"))


def run(*command, **more):
    """A command's standard output; it must end with 0."""
    done = subprocess.run([str(word) for word in command], cwd=TOP, capture_output=True, text=True, timeout=600, check=False, **more)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def version():
    """The version that CMakeLists.txt declares."""
    return re.search(r"^project\(callboard VERSION (\S+)", (TOP / "CMakeLists.txt").read_text(), re.MULTILINE).group(1)


@functools.cache
def made():
    """The package and what keeps its folder."""
    folder = tempfile.TemporaryDirectory(prefix="callboard-package-")
    printed = run(TOP / "scripts/package", "--as-built", folder.name)
    return pathlib.Path(printed.strip()), folder


def package():
    """The package, made by the first who asks."""
    return made()[0]
