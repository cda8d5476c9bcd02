"""The checker of histories: it accepts what may be and refuses what may not. Otherwise the proofs prove nothing."""

import pytest

from linearizability.search import Operation, is_linearizable
from linearizability.session import Session, step


def refresh(token, result, called, returned):
    """A refresh, between two moments."""
    return Operation("refresh", token, result, called, returned)


def end(called, returned):
    """A log-out."""
    return Operation("end", None, None, called, returned)


def ban(called, returned, result=True):
    """An admin disables the account; what the answer says of it."""
    return Operation("ban", None, result, called, returned)


def unban(called, returned, result=False):
    """An admin enables it again."""
    return Operation("unban", None, result, called, returned)


def enter(result, called, returned):
    """Another log-in."""
    return Operation("enter", None, result, called, returned)


def holds(*history):
    """Whether the history of a session that begins with the token t1 is linearizable."""
    return is_linearizable(history, Session(True, "t1"), step)


GOOD = {
    "nothing": (),
    "a chain": (refresh("t1", "t2", 0, 1), refresh("t2", "t3", 2, 3), refresh("t3", "t4", 4, 5)),
    "two tabs at once": (refresh("t1", "t2", 0, 3), refresh("t1", "t2", 1, 2)),
    "the predecessor within its grace": (refresh("t1", "t2", 0, 1), refresh("t1", "t2", 2, 3), refresh("t2", "t3", 4, 5)),
    "reuse ends it": (
        refresh("t1", "t2", 0, 1), refresh("t2", "t3", 2, 3), refresh("t1", "reused", 4, 5), refresh("t3", "invalid", 6, 7)),
    "an end that races a refresh, either way": (end(0, 5), refresh("t1", "t2", 1, 2), refresh("t2", "invalid", 3, 4)),
    "an end that comes first": (end(0, 5), refresh("t1", "invalid", 1, 2), refresh("t1", "invalid", 3, 4)),
    "reuse seen before the answer that makes it one": (
        refresh("t1", "t2", 0, 9), refresh("t2", "t3", 1, 8), refresh("t1", "reused", 2, 7)),
    "an eviction": (enter("entered", 0, 1), refresh("t1", "invalid", 2, 3)),
    "a ban ends it, and an end of the ban does not bring it back": (
        ban(0, 1), refresh("t1", "invalid", 2, 3), enter("refused", 4, 5), unban(6, 7), refresh("t1", "invalid", 8, 9),
        enter("entered", 10, 11)),
    "a log-in that races a ban, either way": (ban(0, 5), enter("entered", 1, 6), enter("refused", 2, 7)),
    "a ban of a banned one, and of one that was let in again": (ban(0, 1), ban(2, 3), unban(4, 5), unban(6, 7), ban(8, 9)),
    "an end of a ban that was none ends nothing": (unban(0, 1), refresh("t1", "t2", 2, 3)),
    "a ban that came after the refresh which it overlaps": (ban(0, 9), refresh("t1", "t2", 1, 2), refresh("t2", "invalid", 3, 4)),
    "ended twice": (end(0, 2), end(1, 3), refresh("t1", "invalid", 4, 5)),
}
BAD = {
    "a fork": (refresh("t1", "t2", 0, 3), refresh("t1", "t2'", 1, 2)),
    "a fork later": (refresh("t1", "t2", 0, 1), refresh("t2", "t3", 2, 3), refresh("t2", "t3'", 4, 5)),
    "alive after its end": (end(0, 1), refresh("t1", "t2", 2, 3)),
    "alive again": (end(0, 9), refresh("t1", "invalid", 1, 2), refresh("t1", "t2", 3, 4)),
    "a false sign-out": (refresh("t1", "t2", 0, 1), refresh("t2", "invalid", 2, 3)),
    "a false sign-out of the second tab": (refresh("t1", "t2", 0, 3), refresh("t1", "invalid", 1, 2)),
    "a false reuse": (refresh("t1", "t2", 0, 3), refresh("t1", "reused", 1, 2)),
    "reuse that is not noticed": (refresh("t1", "t2", 0, 1), refresh("t2", "t3", 2, 3), refresh("t1", "t2", 4, 5)),
    "reuse that ends nothing": (
        refresh("t1", "t2", 0, 1), refresh("t2", "t3", 2, 3), refresh("t1", "reused", 4, 5), refresh("t3", "t4", 6, 7)),
    "a lost rotation": (refresh("t1", "t2", 0, 1), refresh("t1", "t3", 2, 3), refresh("t2", "t4", 4, 5)),
    "a token that comes back": (refresh("t1", "t2", 0, 1), refresh("t2", "t1", 2, 3)),
    "alive although pushed out": (enter("entered", 0, 1), refresh("t1", "t2", 2, 3)),
    "alive although banned": (ban(0, 1), refresh("t1", "t2", 2, 3)),
    "alive again after a ban": (ban(0, 1), unban(2, 3), refresh("t1", "t2", 4, 5)),
    "a log-in of somebody banned": (ban(0, 1), enter("entered", 2, 3)),
    "a log-in that is refused without a ban": (ban(0, 1), unban(2, 3), enter("refused", 4, 5)),
    "a log-in that is refused before the ban": (enter("refused", 0, 1), ban(2, 3)),
    "a ban that was answered and is none": (ban(0, 1, False), enter("entered", 2, 3)),
    "an end of a ban that was answered and is none": (ban(0, 1), unban(2, 3, True), enter("refused", 4, 5)),
    "a ban that is lost beside its end": (ban(0, 3), unban(1, 2), enter("refused", 4, 5), enter("entered", 6, 7)),
    "a successor before its predecessor": (refresh("t2", "t3", 0, 1), refresh("t1", "t2", 2, 3)),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_may_be_is_accepted(name):
    """Also where operations overlap."""
    assert holds(*GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_a_forged_history_is_refused(name):
    """Each breaks one promise."""
    assert not holds(*BAD[name])


@pytest.mark.parametrize("forged", [False, True])
def test_long_histories_with_much_at_once_are_decided(forged):
    """Thirty operations in groups of six that overlap wholly: more orders than could be tried one by one."""
    history = []
    for turn in range(5):
        history += [refresh(f"t{turn + 1}", f"t{turn + 2}", 10 * turn, 10 * turn + 5) for _ in range(6)]
    if forged:
        history[-1] = refresh("t5", "t6'", 40, 45)
    assert holds(*history) is not forged
