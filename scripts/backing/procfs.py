"""Processes as /proc shows them. A process is told from a later one with the same id by when it started."""

import os
import pathlib
import signal

PROC = pathlib.Path("/proc")


def boot():
    """A text that is another one after each start of the machine."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def stat_of(pid):
    """(parent, start in clock ticks since boot) of a process that lives; None for a zombie or none at all.

    A zombie with threads left is none yet: its first thread has ended, the others still hold its files and its ports.
    """
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text[text.rindex(")") + 2:].split()
    state, threads = fields[0], int(fields[17])
    return None if state == "X" or state == "Z" and threads <= 1 else (int(fields[1]), int(fields[19]))


def words_of(pid):
    """The command line of a process; empty if it is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def folder_of(pid):
    """The working directory of a process; None if it is gone or another user's."""
    try:
        return os.readlink(PROC / str(pid) / "cwd")
    except OSError:
        return None


def all_pids():
    """The ids of all processes that live."""
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit() and stat_of(entry.name)]


def with_descendants(pid):
    """A process that lives, and those below it, parents first."""
    parents = {each: stat[0] for each in all_pids() if (stat := stat_of(each))}
    found = [pid] if pid in parents else []
    for known in found:
        found += [each for each, parent in parents.items() if parent == known]
    return found


def send(pid, started, number):
    """Sends a signal to the process that has this id and start; does nothing if that one is gone."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        stat = stat_of(pid)
        if stat and stat[1] == started:
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)
