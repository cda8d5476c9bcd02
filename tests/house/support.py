"""What the tests of the house share: the top of the repository and its files."""

import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
SOURCE_FOLDERS = ("messages", "actors", "adapters", "bin", "tests")


def tracked_files():
    """Files that git tracks or would track, as paths from the top; deleted ones left out."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=TOP, text=True,
                            capture_output=True, check=True).stdout.splitlines()
    return sorted({name for name in listed if (TOP / name).is_file()})


def text_of(name):
    """The text of a tracked file, or None for a binary one."""
    try:
        text = (TOP / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
