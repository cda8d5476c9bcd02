"""What was measured so far, and the runs that failed."""

import json
import sys
from pathlib import Path

import results


class Record:
    """Keeps the values of each figure, and every run as a line of a file."""

    def __init__(self, runs):
        self.runs = Path(runs)
        self.measured = {}  # {(figure, side) or (figure, side, key of an extra one): values}
        self.failures = []
        self.runs.unlink(missing_ok=True)

    def add(self, figures, side, number, found):
        """Takes what one run of a side found for the figures that share it."""
        with open(self.runs, "a", encoding="utf-8") as lines:
            lines.write(json.dumps({"group": figures[0].group, "side": side, "round": number} | found) + "\n")
        for figure in figures:
            self.measured.setdefault((figure, side), []).append(found.get(figure.key))
            print(f"    {results.show(found.get(figure.key), figure.scale)} {figure.unit}", file=sys.stderr)
            for _, key, _, _ in figure.extra:
                if key in found:
                    self.measured.setdefault((figure, side, key), []).append(found[key])

    def fail(self, run, error):
        """Takes a run that failed; `run` says which."""
        self.failures.append(f"{run}: {error}")
        print(f"    {error}", file=sys.stderr)
