"""Talking to the services as their clients do."""

import smtplib
import socket
import subprocess
import time
import urllib.parse


def port_of(address):
    """The port of an address, with or without a scheme."""
    return urllib.parse.urlsplit(address if "//" in address else f"//{address}").port


def sql(address, statement):
    """The first column of what a statement returns."""
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", address, "-c", statement],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def redis(address, command):
    """The first line of Redis' answer to an inline command."""
    with socket.create_connection(("127.0.0.1", port_of(address)), timeout=5) as connection:
        connection.sendall(command.encode() + b"\r\n")
        return connection.makefile("rb").readline().decode().strip()


def send_mail(address, recipients, text):
    """Sends a mail; raises what smtplib raises."""
    with smtplib.SMTP("127.0.0.1", port_of(address), timeout=60) as client:
        client.sendmail("board@example.com", recipients, text)


def wait_until(condition, seconds=60):
    """Waits until a condition holds, and fails if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def state_of(pid):
    """The letter of a process' state in /proc; empty if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_alive(pid):
    """Whether a process lives; a zombie does not."""
    return state_of(pid) not in ("", "Z", "X")
