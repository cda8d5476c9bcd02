"""What the tests of tracing share: a collector as a process, and the spans that came to it."""

import json
import pathlib
import secrets
import subprocess

from support.waiting import until

TOP = pathlib.Path(__file__).resolve().parents[3]
# The spans of a message that is sent by REST, from the request to the consumer of its event.
SEND = ("POST /rooms/{id}/messages", "room post", "COMMIT", "send callboard.rooms", "process callboard.rooms")
PYTHON = TOP / "build/python/bin/python"


class Collector:
    """An OTLP collector; `mode` "hang" or "refuse" makes one that is of no use."""

    def __init__(self, folder, mode=""):
        assert PYTHON.exists(), f"{PYTHON} is missing: run scripts/install-python-packages"
        self.output = folder / f"spans-{mode or 'taken'}-{secrets.token_hex(4)}.jsonl"
        with open(self.output, "wb") as out, open(self.output.with_suffix(".err"), "wb") as err:
            self.process = subprocess.Popen(
                [PYTHON, pathlib.Path(__file__).with_name("otlp_collector.py"), mode], stdout=out, stderr=err
            )
        until(lambda: self.lines() or self.process.poll() is not None, 60, "the collector")
        assert self.process.poll() is None, self.output.with_suffix(".err").read_text()
        self.url = f"http://127.0.0.1:{self.lines()[0]}"

    def lines(self):
        """The whole lines that it has printed."""
        return self.output.read_text().split("\n")[:-1]

    def spans(self, trace=None):
        """The spans that came, of one trace or of all."""
        found = [json.loads(line) for line in self.lines()[1:]]
        troubles = [each for each in found if "trouble" in each]
        assert not troubles, troubles
        return [each for each in found if trace in (None, each["trace"])]

    def until(self, trace, names, seconds=60):
        """The spans of a trace by their names, once they are these; more of them is never right."""
        found = {}

        def all_came():
            spans = self.spans(trace)
            found.clear()
            found.update({each["name"]: each for each in spans})
            assert len(found) == len(spans), spans
            return set(names) <= set(found)

        try:
            until(all_came, seconds, "the spans", 0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}: {sorted(found)}, expected {sorted(names)}") from error
        assert set(found) == set(names), sorted(found)
        return found

    def close(self):
        """Ends it."""
        self.process.kill()
        self.process.wait(60)


class Trace:
    """The caller's side of a trace."""

    def __init__(self, sampled=True):
        self.id = secrets.token_hex(16)
        self.span = secrets.token_hex(8)
        self.header = f"00-{self.id}-{self.span}-{'01' if sampled else '00'}"

    @property
    def headers(self):
        """For a request."""
        return {"traceparent": self.header}


def chain(spans, *names):
    """Checks that each of the spans is the parent of the next one, and lies within the time of its trace."""
    for above, below in zip(names, names[1:]):
        assert spans[below]["parent"] == spans[above]["span"], (above, below, spans)
        assert spans[above]["begun"] <= spans[below]["begun"] <= spans[below]["ended"], (above, below, spans)


def tree(spans):
    """A trace as text: each span under its parent, with its beginning and length in milliseconds."""
    first = min(each["begun"] for each in spans)
    ids = {each["span"] for each in spans}
    lines = []

    def show(span, depth):
        begun, length = (span["begun"] - first) / 1e6, (span["ended"] - span["begun"]) / 1e6
        lines.append(f"{'  ' * depth + span['name']:44} {span['kind']:9} +{begun:9.3f} ms {length:9.3f} ms")
        for each in sorted(spans, key=lambda one: one["begun"]):
            if each["parent"] == span["span"]:
                show(each, depth + 1)

    for each in spans:
        if each["parent"] not in ids:
            show(each, 0)
    return "\n".join(lines) + "\n"
