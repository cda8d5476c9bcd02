"""All rules over one run."""

import dataclasses
import itertools

from checker import analytics, events, forms, operations, streams
from checker.finding import Finding


@dataclasses.dataclass
class Verdict:
    """What was found, and the figures of the report."""

    findings: list
    duplicates: int
    in_flight: dict  # fault's number -> tries that it hit
    events: dict  # fault's number -> events that were on their way to their topics
    outages: dict  # fault's number -> seconds without an acknowledgement


def judge(history, store, messages, figures=None):
    """The Verdict of a run; `figures` is the answer of GET /admin/analytics, None if it was not asked for."""
    found = [*operations.check(history, store), *streams.check(history, store), *events.check(store, messages),
             *forms.check(messages)]  # fmt: skip
    if figures is not None:
        found += analytics.check(store, figures)
    in_flight = {fault.number: history.in_flight(fault) for fault in history.faults if fault.counts}
    found += [Finding("wrong", f"fault {number} counts and hit nothing in flight") for number, hit in in_flight.items() if not hit]
    return Verdict(found, events.duplicates(messages), in_flight, events.on_the_way(history, store, messages), outages(history))


def outages(history):
    """For each fault that counts, the longest time from its strike on, until the next one, without an acknowledgement."""
    answers = sorted(answered for operation in history.operations.values()
                     for _, answered, outcome in operation.tries if outcome == "ok")  # fmt: skip
    faults = sorted(history.faults, key=lambda fault: fault.begun)
    found = {}
    for fault, following in itertools.zip_longest(faults, faults[1:]):
        end = following.begun if following else float("inf")
        times = [fault.begun, *(time for time in answers if fault.begun <= time <= end)]
        if fault.counts:
            found[fault.number] = max((after - before for before, after in itertools.pairwise(times)), default=0.0)
    return found
