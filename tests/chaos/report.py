"""The report of a run: a short table, for people."""

from checker.finding import counted

OUTCOMES = ("ok", "unknown", "refused")


def text_of(outcome, history, store, messages, verdict):
    """The whole report."""
    return "\n".join([*_head(outcome, history, verdict), "", *_faults(history, verdict), "", *_operations(history), "",
                      *_store(history, store, messages, verdict), "", *_findings(outcome, verdict)]) + "\n"  # fmt: skip


def _head(outcome, history, verdict):
    missed = sum(not fault.counts for fault in history.faults)
    yield f"Fault test: seed {outcome.seed}, {len(verdict.in_flight)} faults that count in {outcome.seconds:.0f} s"
    if missed:
        yield f"{missed} further faults hit nothing in flight and do not count"


def _faults(history, verdict):
    yield f"{'fault':<20} {'times':>5} {'tries in flight':>16} {'fewest':>7} {'events on the way':>18} {'longest outage':>15}"
    kinds = {}
    for fault in history.faults:
        if fault.counts:
            kinds.setdefault(fault.kind, []).append(fault.number)
    for kind, numbers in [*sorted(kinds.items()), ("all", list(verdict.in_flight))]:
        hits = [verdict.in_flight[number] for number in numbers]
        events = sum(verdict.events[number] for number in numbers)
        outage = max((verdict.outages[number] for number in numbers), default=0.0)
        yield f"{kind:<20} {len(numbers):>5} {sum(hits):>16} {min(hits, default=0):>7} {events:>18} {outage:>13.2f} s"


def _operations(history):
    yield f"{'operation':<20} {'acknowledged':>13} {'unknown':>8} {'refused':>8} {'tries':>8} {'lost answers':>13} {'temporary':>10}"
    for kind in sorted({operation.kind for operation in history.operations.values()}):
        operations = [each for each in history.operations.values() if each.kind == kind]
        ends = counted(each.outcome for each in operations)
        tries = counted(outcome for each in operations for _, _, outcome in each.tries)
        yield (f"{kind:<20} {ends['ok']:>13} {ends['unknown']:>8} {ends['refused']:>8} {sum(tries.values()):>8} "
               f"{tries['lost']:>13} {tries['temporary']:>10}")  # fmt: skip


def _store(history, store, messages, verdict):
    shown = sum(map(len, history.seen.values())) + sum(map(len, history.heard.values()))
    yield (f"store: {len(store.messages())} messages in {len(store.rooms)} rooms, {len(store.users)} users, "
           f"{len(store.reminders)} reminders, {len(store.events)} events")  # fmt: skip
    yield f"topics: {len(messages)} messages, {verdict.duplicates} of them repetitions with an equal ce_id"
    yield f"readers: {len(history.seen) + len(history.heard)}, shown {shown} events"


def _findings(outcome, verdict):
    kinds = counted(finding.what for finding in verdict.findings)
    yield (f"{kinds['lost']} lost, {kinds['unexpected']} unexpected, {kinds['doubled']} doubled, {kinds['order']} out of order, "
           f"{kinds['hole']} holes, {kinds['wrong']} wrong")  # fmt: skip
    yield from (f"  {finding}" for finding in verdict.findings[:100])
    yield from (f"  trouble: {trouble}" for trouble in outcome.troubles)
