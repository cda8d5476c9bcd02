"""The history of a run: an append-only file, one JSON object a line, with times of the monotonic clock.

| what | |
|---|---|
| `known` | a user who was there before: `user`, `name` |
| `begin` | an operation: `op`, `kind`, `by`, and what is wanted; `expect` is `refused` for what must not be accepted |
| `sent`, `answer` | one try of it: `op`, `try`; an answer has an `outcome`: `ok`, `refused` (for good), `temporary`, `lost` |
| `end` | what is known in the end: `ok` with a `result`, `refused`, or `unknown` |
| `seen` | a reader was shown an event of a room: `reader`, `room`, `offset`, `type`, `text` |
| `heard` | a reader was shown an event of a personal stream: `reader`, `user`, `offset`, `type`, `reminder`, `fire_seq`, `room` |
| `fault` | `number`, `kind`; struck between `from` and `to`, over at `over`; `counts` if something was in flight |
"""

import json
import time


class History:
    """Writes the file, and knows what is in flight now."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "a", encoding="utf-8")
        self.in_flight = {}
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
        self.note("answer", op=operation, **{"try": number}, outcome=outcome, **({"result": result} if result else {}))
        if outcome == "ok":
            kind = self._kinds[operation]
            self.last_success[kind] = max(sent, self.last_success.get(kind, 0))

    def end(self, operation, outcome, result=None):
        """What is known of an operation in the end."""
        self.note("end", op=operation, outcome=outcome, **({"result": result} if result else {}))
        name = f"{self._kinds.pop(operation)} {outcome}"
        self.counts[name] = self.counts.get(name, 0) + 1

    def tries_in_flight(self, before):
        """The tries that were sent before a time and are not answered: {(operation, number)}."""
        return {(operation, number) for operation, (number, sent) in self.in_flight.items() if sent < before}
