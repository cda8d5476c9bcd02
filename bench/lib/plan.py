"""What is measured: one Figure is one line of the table."""

from dataclasses import dataclass, field


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
    load: tuple = ()  # mode and options of callboard-load; empty: the time from start to ready
    quick: tuple = ()  # options that replace those of `load` in a smoke run
    lower_is_better: bool = False
    milestone: Goal | None = None  # what the first version should reach
    goal: Goal | None = None  # what it should reach in the end
    restart: bool = False  # callboard is restarted in the middle
    scale: float = 1.0  # the table shows the value divided by this
    extra: tuple = field(default=())  # further figures of the same run: (what, key, unit, scale)


def fanout(subscribers, in_flight, goal, milestone=None):
    return Figure("F1", f"fan-out, {subscribers:,} subscribers, {in_flight} in flight", "deliveries_per_second",
                  "k deliveries/s", ("fanout", "--subscribers", subscribers, "--in-flight", in_flight, "--seconds", 5),
                  ("--subscribers", min(subscribers, 500), "--seconds", 1, "--warm-up", 0.3), milestone=milestone,
                  goal=Goal(times_peer=goal), scale=1000,
                  extra=(("CPU of the server for each", "server_cpu_microseconds_each", "us", 1),
                         ("CPU of the client for each", "client_cpu_microseconds_each", "us", 1)))


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
    Figure("F9", "5,000 clients resume after a restart (peer: after a cut), p99", "p99_ms", "ms",
           ("resume", "--connections", 5000, "--backlog", 100), ("--connections", 500, "--backlog", 20),
           lower_is_better=True, goal=Goal(at_most=1000), restart=True,
           extra=(("p50", "p50_ms", "ms", 1), ("restart", "restart_ms", "ms", 1))),
    Figure("F10", "start to ready", "ready_ms", "ms", lower_is_better=True, milestone=Goal(at_most=300),
           goal=Goal(at_most=150)),
)
