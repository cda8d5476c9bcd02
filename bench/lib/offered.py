"""Load by the clock: what is offered does not depend on what is answered."""

import asyncio
import json
import os
import re
import threading
import time
from pathlib import Path

from load import run_load
from passwords import PASSWORD, import_people, quantile, rate_of_bcrypt
from servers import PATIENT, WITHOUT_LIMITS, Callboard, Failed

IN_TIME = 1.0  # seconds from when a message was due
IN_FLIGHT = 16
ROOMS = 200
WARM_UP = 1.5
LOG_IN_IN_TIME = 10.0  # more than --hasher-wait
LOG_IN_COST = 10
LOG_IN_FLAGS = ["--bcrypt-cost", str(LOG_IN_COST)]
LOG_IN_NAMES = 200
ANSWERED_WITHIN = 60.0
LOOKS_EVERY = 0.05


def halves():
    """The cores of the server and of its clients; the same ones if there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    half = len(cores) // 2
    return (cores[:half], cores[half:]) if half else (cores, cores)


def describe_cores():
    server, clients = halves()
    if server == clients:
        return "server and clients share one core"
    return f"{len(server)} for the server, {len(clients)} for its clients"


class PinnedCallboard(Callboard):
    """A callboard that has its half of the cores to itself, and refuses what it cannot carry."""

    limits = WITHOUT_LIMITS

    def command(self):
        return ["taskset", "--cpu-list", ",".join(map(str, halves()[0])), *super().command()]


class PatientCallboard(PinnedCallboard):
    """The same, but it lets everything wait: to see what it can carry."""

    limits = [*WITHOUT_LIMITS, *PATIENT]


def clients_command(program, folder):
    """A program that runs callboard-load on the clients' cores."""
    script = Path(folder) / "load-on-its-cores"
    cores = ",".join(map(str, halves()[1]))
    script.write_text(f'#!/bin/sh\nexec taskset --cpu-list {cores} "{program}" "$@"\n')
    script.chmod(0o755)
    return script


def most_messages(load, server, seconds):
    """Messages a second that it accepts from clients of which each waits for its answers."""
    options = ["ingest", "--rooms", ROOMS, "--in-flight", IN_FLIGHT, "--seconds", seconds, "--warm-up", WARM_UP]
    return run_load(clients_command(load, server.log.parent), options, server)["accepted_per_second"]


def offer_messages(load, server, rate, seconds):
    """What becomes of messages at that rate."""
    options = ["offered", "--rooms", ROOMS, "--rate", round(rate), "--seconds", seconds, "--warm-up", WARM_UP,
               "--in-time", IN_TIME]
    found = run_load(clients_command(load, server.log.parent), options, server)
    if found["unanswered"]:
        raise Failed(f"{found['unanswered']:.0f} messages got no answer")
    return found


def most_log_ins(seconds):
    """Log-ins a second that bcrypt alone allows in as many threads as the server's."""
    return rate_of_bcrypt(LOG_IN_COST, seconds)


class MemoryWatch:
    """The most resident memory that a process had, in KiB; a context manager."""

    def __init__(self, pid):
        self.status = Path(f"/proc/{pid}/status")
        self.before = self.most = self.look()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def look(self):
        return int(re.search(r"VmRSS:\s+(\d+)", self.status.read_text())[1])

    def watch(self):
        while not self.over.wait(LOOKS_EVERY):
            self.most = max(self.most, self.look())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


async def log_in(port, name, due):
    """Logs in on a connection of its own; the status, and the seconds since it was due."""
    body = json.dumps({"login": name, "password": PASSWORD}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"POST /auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(body) + body)
        status = int((await reader.readline()).split()[1])
        await reader.read()
    finally:
        writer.close()
    return status, time.perf_counter() - due


async def log_in_by_the_clock(port, names, rate, seconds):
    """Log-ins when they are due, whatever became of those before."""
    begun = time.perf_counter()
    running = []
    for number in range(int(rate * seconds)):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        running.append(asyncio.create_task(log_in(port, names[number % len(names)], due)))
    done, late = await asyncio.wait(running, timeout=ANSWERED_WITHIN)
    if late:
        raise Failed(f"{len(late)} log-ins got no answer in {ANSWERED_WITHIN} s")
    return [each.result() for each in done]


def offer_log_ins(server, rate, seconds):
    """What becomes of log-ins at that rate."""
    names = [f"crowd-{number:03}" for number in range(LOG_IN_NAMES)]
    import_people(server, server.log.parent, LOG_IN_COST, names)
    with MemoryWatch(server.pid()) as memory:
        outcomes = asyncio.run(log_in_by_the_clock(server.port, names, rate, seconds))
    odd = {status for status, _ in outcomes} - {200, 503}
    if odd:
        raise Failed(f"log-ins were answered with {odd}")
    accepted = sorted(took for status, took in outcomes if status == 200)
    refused = sorted(took for status, took in outcomes if status == 503)
    found = {"offered_per_second": len(outcomes) / seconds,
             "in_time_per_second": sum(took <= LOG_IN_IN_TIME for took in accepted) / seconds,
             "accepted_per_second": len(accepted) / seconds, "refused_per_second": len(refused) / seconds,
             "server_rss_before_kib": memory.before, "server_rss_most_kib": memory.most}
    for name, times in (("accepted", accepted), ("refused", refused)):
        for part, key in ((0.5, "p50"), (0.99, "p99"), (1.0, "max")):
            found[f"{name}_{key}_ms"] = 1000 * quantile(times, part) if times else 0.0
    return found
