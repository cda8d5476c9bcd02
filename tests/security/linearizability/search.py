"""The search of Wing and Gong (1993), with Lowe's memory of what was tried: is there an order of all operations that keeps
to their times and in which each result is one that the model allows?

An operation that had ended before another began comes first. What was tried is remembered as the set of operations placed
so far and the model's state: the same pair is never searched twice.
"""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Operation:
    """What a client did, what came of it, and between which moments."""

    name: str
    argument: typing.Any
    result: typing.Any
    called: float
    returned: float


def is_linearizable(history, initial, step):
    """`step(state, operation)` gives the states that the operation with its result may lead to: none if it cannot be."""
    operations = sorted(history, key=lambda each: each.called)
    everything = (1 << len(operations)) - 1
    tried = set()
    waiting = [(0, initial)]
    while waiting:
        placed, state = waiting.pop()
        if placed == everything:
            return True
        if (placed, state) in tried:
            continue
        tried.add((placed, state))
        open_ones = [(i, each) for i, each in enumerate(operations) if not placed >> i & 1]
        first_end = min(each.returned for _, each in open_ones)
        for i, each in open_ones:
            if each.called > first_end:
                break
            waiting += [(placed | 1 << i, after) for after in step(state, each)]
    return False
