"""What is measured: one Figure is one line of the table."""

from dataclasses import dataclass, field
from typing import Callable

import passwords
import revocations
import scrapes


@dataclass(frozen=True)
class Goal:
    """What a figure should be; one of these is set."""

    times_peer: float | None = None  # at least so many times as good as the peer
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Figure:
    """A figure, how callboard-load measures it and what it should be."""

    group: str  # the name that --only takes
    what: str  # for the table
    key: str  # of callboard-load's JSON line
    unit: str
    load: tuple = ()  # mode and options of callboard-load; empty: `take`, or the time from start to ready
    quick: tuple = ()  # options that replace those of `load` in a smoke run
    lower_is_better: bool = False
    milestone: Goal | None = None  # what the first version should reach
    goal: Goal | None = None  # what it should reach in the end
    restart: bool = False  # callboard is restarted in the middle
    scale: float = 1.0  # the table shows the value divided by this
    take: Callable | None = None  # of a callboard that is not started, and whether it is a smoke run; answers figures
    extra: tuple = field(default=())  # further figures of the same run: (what, key, unit, scale)


def fanout(subscribers, in_flight, goal, milestone=None):
    return Figure("F1", f"fan-out, {subscribers:,} subscribers, {in_flight} in flight", "deliveries_per_second",
                  "k deliveries/s", ("fanout", "--subscribers", subscribers, "--in-flight", in_flight, "--seconds", 5),
                  ("--subscribers", min(subscribers, 500), "--seconds", 1, "--warm-up", 0.3), milestone=milestone,
                  goal=Goal(times_peer=goal), scale=1000,
                  extra=(("CPU of the server for each", "server_cpu_microseconds_each", "us", 1),
                         ("CPU of the client for each", "client_cpu_microseconds_each", "us", 1)))


def log_in_figures():
    """F6: how much of bcrypt log-ins get, and what is left for others."""
    return (
        Figure("F6", "log-in storm, 32 clients: of what bcrypt alone does in as many threads", "of_bcrypt", "%",
               take=passwords.measure_log_ins, goal=Goal(at_least=95),
               extra=(("log-ins", "log_ins_per_second", "1/s", 1), ("bcrypt alone", "bcrypt_per_second", "1/s", 1))),
        Figure("F6", "another request during a log-in storm, p99", "other_p99_ms", "ms", take=passwords.measure_log_ins,
               lower_is_better=True, goal=Goal(at_most=5),
               extra=(("p50", "other_p50_ms", "ms", 1), ("p50 before it", "idle_p50_ms", "ms", 1),
                      ("p99 before it", "idle_p99_ms", "ms", 1), ("p50, times that before", "times_idle_p50", "x", 1),
                      ("p99, times that before", "times_idle_p99", "x", 1))),
    )


def log_out_figures(take, where=""):
    """LOGOUT: how long a session that has ended is still served."""
    return (
        Figure("LOGOUT", f"log-out answered -> last accepted request sent, p99{where}", "request_p99_ms", "ms", take=take,
               lower_is_better=True, goal=Goal(at_most=100), extra=(("max", "request_max_ms", "ms", 1),)),
        Figure("LOGOUT", f"log-out answered -> last frame on its open socket, p99{where}", "frame_p99_ms", "ms", take=take,
               lower_is_better=True, goal=Goal(at_most=100),
               extra=(("p50", "frame_p50_ms", "ms", 1), ("max", "frame_max_ms", "ms", 1))),
    )


def scrape_figures():
    """SCRAPE: what watching the server costs while many are connected."""
    return (
        Figure("SCRAPE", "a scrape of /metrics with 10,000 connections, the longest of 50", "scrape_max_ms", "ms",
               take=scrapes.measure_scrapes, lower_is_better=True, goal=Goal(at_most=20),
               extra=(("median", "scrape_p50_ms", "ms", 1), ("median without connections", "alone_p50_ms", "ms", 1),
                      ("its text", "scrape_kib", "KiB", 1))),
    )


LATENCY = ("latency", "--rate", 1000, "--members", 100, "--seconds", 5)
QUICK_LATENCY = ("--seconds", 1, "--warm-up", 0.3)

PLAN = (
    fanout(500, 1, 1.8, Goal(times_peer=1.2)),
    fanout(500, 16, 4.0, Goal(times_peer=2.0)),
    fanout(5000, 1, 1.8),
    fanout(5000, 16, 4.0),
    Figure("F2", "1,000 msg/s to 100 members: send -> delivered, p50", "p50_ms", "ms", LATENCY, QUICK_LATENCY,
           lower_is_better=True, milestone=Goal(at_most=2), goal=Goal(times_peer=1),
           extra=(("max", "max_ms", "ms", 1),)),
    Figure("F2", "1,000 msg/s to 100 members: send -> delivered, p99", "p99_ms", "ms", LATENCY, QUICK_LATENCY,
           lower_is_better=True, goal=Goal(times_peer=1)),
    Figure("F3", "ingest over 1,000 rooms, 4 in flight each", "accepted_per_second", "k msg/s",
           ("ingest", "--rooms", 1000, "--in-flight", 4, "--seconds", 5),
           ("--rooms", 100, "--seconds", 1, "--warm-up", 0.3), milestone=Goal(at_least=30_000),
           goal=Goal(at_least=50_000), scale=1000,
           extra=(("answer p50", "answer_p50_ms", "ms", 1), ("answer p99", "answer_p99_ms", "ms", 1))),
    Figure("F4", "memory per idle connection", "kib_per_connection", "KiB",
           ("idle", "--connections", 5000, "--seconds", 3), ("--connections", 1000, "--seconds", 1),
           lower_is_better=True, milestone=Goal(at_most=6), goal=Goal(at_most=3)),
    Figure("F5", "connect + authenticate + subscribe", "connects_per_second", "k/s",
           ("connect", "--connections", 5000), ("--connections", 1000), milestone=Goal(times_peer=1),
           goal=Goal(times_peer=2), scale=1000, extra=(("p99 of one", "p99_ms", "ms", 1),)),
    *log_in_figures(),
    Figure("F9", "5,000 clients resume after a restart (peer: after a cut), p99", "p99_ms", "ms",
           ("resume", "--connections", 5000, "--backlog", 100), ("--connections", 500, "--backlog", 20),
           lower_is_better=True, goal=Goal(at_most=1000), restart=True,
           extra=(("p50", "p50_ms", "ms", 1), ("restart", "restart_ms", "ms", 1))),
    Figure("F10", "start to ready", "ready_ms", "ms", lower_is_better=True, milestone=Goal(at_most=300),
           goal=Goal(at_most=150)),
    *log_out_figures(revocations.measure_log_outs),
    *scrape_figures(),
)
