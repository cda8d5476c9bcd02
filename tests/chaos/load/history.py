"""The history of a run: an append-only file, one JSON object a line, with times of the monotonic clock.

| what | |
|---|---|
| `run` | its `seed`, how many `faults`; `clock`: what to add to times to get those of the system's clock |
| `known` | a user who was there before: `user`, `name` |
| `begin` | an operation: `op`, `kind`, `by`, and what is wanted; `expect` is `refused` for what must not be accepted |
| `sent`, `answer` | one try of it: `op`, `try`; an answer has an `outcome`: `ok`, `refused` (for good), `temporary`, `lost` |
| `end` | what is known in the end: `ok` with a `result`, `refused`, or `unknown` |
| `seen` | a reader was shown an event of a room: `reader`, `room`, `offset`, `type`, `text` |
| `heard` | a reader was shown an event of a personal stream: `reader`, `user`, `offset`, `type`, `reminder`, `fire_seq`, `room` |
| `fault` | `number`, `kind`; struck between `from` and `to`, over at `over`; `counts` if something was in flight |
"""

import collections
import json
import time

# How many tries that ended are remembered; many more than end within a fault.
RECENT = 10_000


class History:
    """Writes the file, and knows what is in flight now."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "a", encoding="utf-8")
        self.in_flight = {}
        self.recent = collections.deque(maxlen=RECENT)
        self.operations = 0
        self.last_success = {}
        self.counts = {}
        self._kinds = {}

    def close(self):
        """Ends the file."""
        self.file.close()

    def note(self, what, **members):
        """One line; returns its time."""
        now = time.monotonic()
        self.file.write(json.dumps({"t": round(now, 6), "what": what, **members}, ensure_ascii=False) + "\n")
        return now

    def begin(self, kind, by, **wanted):
        """A new operation; returns its number."""
        self.operations += 1
        self._kinds[self.operations] = kind
        self.note("begin", op=self.operations, kind=kind, by=by, **wanted)
        return self.operations

    def sent(self, operation, number):
        """A try begins."""
        self.in_flight[operation] = (number, self.note("sent", op=operation, **{"try": number}))

    def answer(self, operation, number, outcome, result=None):
        """A try has ended."""
        _, sent = self.in_flight.pop(operation)
        now = self.note("answer", op=operation, **{"try": number}, outcome=outcome, **({"result": result} if result else {}))
        self.recent.append((sent, now, outcome))
        if outcome == "ok":
            kind = self._kinds[operation]
            self.last_success[kind] = max(sent, self.last_success.get(kind, 0))

    def end(self, operation, outcome, result=None):
        """What is known of an operation in the end."""
        self.note("end", op=operation, outcome=outcome, **({"result": result} if result else {}))
        name = f"{self._kinds.pop(operation)} {outcome}"
        self.counts[name] = self.counts.get(name, 0) + 1

    def hit(self, begun, done):
        """How many tries a fault met that struck between these times."""
        waiting = [(sent, float("inf"), "") for _, sent in self.in_flight.values()]
        return sum(was_hit(*each, begun, done) for each in (*waiting, *self.recent))


def was_hit(sent, answered, outcome, begun, done):
    """Whether a try was in flight when a fault struck: sent before; answered after, or never because of it."""
    return sent < begun and (answered > done or (answered > begun and outcome == "lost"))
