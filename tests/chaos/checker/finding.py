"""What a rule found wrong."""

import collections
import dataclasses


@dataclasses.dataclass(frozen=True)
class Finding:
    """`what` is one word for the kind of fault: lost, unexpected, doubled, order, hole, wrong."""

    what: str
    text: str

    def __str__(self):
        return f"{self.what}: {self.text}"


def by(rows, name):
    """The rows of each value of a member: {value: [row]}."""
    found = collections.defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def counted(values):
    """How often each value occurs."""
    return collections.Counter(values)
