"""Ports and folders of the services: chosen once, remembered below the root, never shared by two checkouts."""

import contextlib
import fcntl
import json
import pathlib
import socket
import time
import zlib

LOOPBACK = "127.0.0.1"
LOWEST_PORT = 15000
LOCK_SECONDS = 300


class Trouble(Exception):
    """What a person has to be told instead of a stack trace."""


def is_free(port):
    """Whether a server could listen on this port of loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(wish, taken=()):
    """A free port; where the search begins depends on the text `wish`, so that two checkouts seldom meet.

    Below the range from which the system takes the ports of outgoing connections: one of those could sit on the port
    of a service that is down, and a client that tries such a port again and again could even connect to itself.
    """
    outgoing = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    highest = outgoing if outgoing > LOWEST_PORT + 1000 else 65536
    count = highest - LOWEST_PORT
    first = zlib.crc32(wish.encode())
    for step in range(count):
        port = LOWEST_PORT + (first + step) % count
        if port not in taken and is_free(port):
            return port
    raise Trouble("no port of loopback is free")


def remembered(file):
    """What `remember` wrote to a file; nothing if it is missing or damaged."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(file, values):
    """Writes a dictionary to a file in one step."""
    fresh = file.with_name(file.name + ".new")
    fresh.write_text(json.dumps(values) + "\n")
    fresh.replace(file)


@contextlib.contextmanager
def locked(root):
    """Keeps other runs of scripts/services away from a root while it is changed."""
    root.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + LOCK_SECONDS
    with open(root / "lock", "ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Trouble(f"another scripts/services keeps {root} for more than {LOCK_SECONDS} s") from None
                time.sleep(0.05)
        yield
