"""What is measured over PostgreSQL and Kafka: one Measurement is one run of a round."""

from dataclasses import dataclass
from typing import Callable

import measurements
from plan import Figure, Goal, log_out_figures


@dataclass(frozen=True)
class Measurement:
    """A run, the programs it needs and the figures that it gives."""

    group: str  # the name that --only takes
    what: str  # for messages
    take: Callable  # of a Setting; answers {side: {key: value}}
    programs: tuple  # beside callboard and callboard-load
    figures: tuple


INGEST = Figure("F3", "ingest over 1,000 rooms, 4 in flight each; reference: the store alone, in batches of 1,000",
                "accepted_per_second", "k msg/s", milestone=Goal(at_least=30_000), goal=Goal(at_least=50_000),
                scale=1000,
                extra=(("answer p50", "answer_p50_ms", "ms", 1), ("answer p99", "answer_p99_ms", "ms", 1)))
DRAIN = Figure("F7", "outbox -> Kafka, filled before", "events_per_second", "k events/s",
               milestone=Goal(at_least=20_000), goal=Goal(at_least=20_000), scale=1000,
               extra=(("events", "events", "k", 1000),
                      ("messages by the broker's append times", "by_append_time", "k msg/s", 1000)))
DELAY_P50 = Figure("F7", "1,000 msg/s: commit -> Kafka's log, p50", "delay_p50_ms", "ms", lower_is_better=True,
                   extra=(("max", "delay_max_ms", "ms", 1),
                          ("begin of the transaction -> Kafka's log, p50", "with_commit_p50_ms", "ms", 1),
                          ("begin of the transaction -> Kafka's log, p99", "with_commit_p99_ms", "ms", 1),
                          ("send -> delivered to 100 members, p50", "p50_ms", "ms", 1),
                          ("send -> delivered to 100 members, p99", "p99_ms", "ms", 1)))
DELAY_P99 = Figure("F7", "1,000 msg/s: commit -> Kafka's log, p99", "delay_p99_ms", "ms", lower_is_better=True,
                   milestone=Goal(at_most=20), goal=Goal(at_most=20))
ACCESS = Figure("ACCESS", "may a user read a room: asked of the room, from memory; reference: by a query",
                "checks_per_second", "k checks/s", scale=1000,
                extra=(("a check, p50", "p50_us", "us", 1), ("a check, p99", "p99_us", "us", 1)))

LOG_OUT = log_out_figures(measurements.measure_log_outs, ", with Redis")

SERVICES_PLAN = (
    Measurement("F3", "ingest", measurements.measure_ingest, (), (INGEST,)),
    Measurement("F3", "the store alone", measurements.measure_store, ("bench-store",), (INGEST,)),
    Measurement("F7", "outbox -> Kafka", measurements.measure_drain, (), (DRAIN,)),
    Measurement("F7", "commit -> Kafka", measurements.measure_delay, (), (DELAY_P50, DELAY_P99)),
    Measurement("LOGOUT", "log-outs", measurements.measure_log_outs, (), LOG_OUT),
    Measurement("ACCESS", "access checks", measurements.measure_access, ("bench-access",), (ACCESS,)),
)
