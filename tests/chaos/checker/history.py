"""The history as the checker reads it: what was tried, what was answered, what readers saw."""

import dataclasses
import json


@dataclasses.dataclass
class Operation:
    """Something that somebody wanted, with all tries of it. `began` is before the first try, `ended` after the last."""

    number: int
    kind: str
    by: int
    wanted: dict
    began: float
    tries: list = dataclasses.field(default_factory=list)  # [sent, answered, outcome]
    outcome: str = "unknown"
    result: dict = dataclasses.field(default_factory=dict)
    ended: float = float("inf")

    @property
    def acknowledged(self):
        """Whether the server said that it took place."""
        return self.outcome == "ok"

    @property
    def possible(self):
        """Whether it may have taken place."""
        return self.outcome != "refused" and bool(self.tries)


@dataclasses.dataclass
class Fault:
    """One fault, as the test noted it."""

    number: int
    kind: str
    begun: float
    done: float
    over: float
    counts: bool


@dataclasses.dataclass
class History:
    """All of it. `seen` and `heard` are what each reader was shown, in the order in which it was."""

    known: dict = dataclasses.field(default_factory=dict)  # user -> name
    operations: dict = dataclasses.field(default_factory=dict)
    seen: dict = dataclasses.field(default_factory=dict)
    heard: dict = dataclasses.field(default_factory=dict)
    faults: list = dataclasses.field(default_factory=list)
    clock: float = 0.0  # what to add to times to get those of the system's clock

    def of(self, kind):
        """The operations of a kind, but not those that repeat an acknowledged one."""
        return [each for each in self.operations.values() if each.kind == kind and "repeats" not in each.wanted]

    def in_flight(self, fault):
        """How many tries were sent before a fault struck, and answered after it had, or lost while it did."""
        return sum(
            sent < fault.begun and (answered > fault.done or (answered > fault.begun and outcome == "lost"))
            for operation in self.operations.values()
            for sent, answered, outcome in operation.tries
        )


OWN = ("t", "what", "op", "kind", "by")


def read(lines):
    """The History of the lines of its file."""
    history = History()
    for line in lines:
        record = json.loads(line)
        what, time = record["what"], record["t"]
        if what == "begin":
            wanted = {name: value for name, value in record.items() if name not in OWN}
            history.operations[record["op"]] = Operation(record["op"], record["kind"], record["by"], wanted, time)
        elif what == "sent":
            history.operations[record["op"]].tries.append([time, float("inf"), "lost"])
        elif what == "answer":
            history.operations[record["op"]].tries[record["try"] - 1][1:] = [time, record["outcome"]]
        elif what == "end":
            operation = history.operations[record["op"]]
            operation.outcome, operation.ended = record["outcome"], time
            operation.result = record.get("result") or {}
        elif what in ("seen", "heard"):
            getattr(history, what).setdefault(record["reader"], []).append(record)
        elif what == "run":
            history.clock = record["clock"]
        elif what == "known":
            history.known[record["user"]] = record["name"]
        elif what == "fault":
            history.faults.append(
                Fault(record["number"], record["kind"], record["from"], record["to"], record["over"], record["counts"])
            )
    return history
