"""A session as it should be (security.md 9, 10): one current refresh token, its predecessor, and everything before."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Session:
    """`past`: the tokens before the predecessor. The grace is taken to be longer than a history."""

    alive: bool
    current: str
    previous: str = ""
    past: tuple = ()


def step(session, operation):
    """The states after an operation with this result; none if a session cannot answer so.

    refresh(token): the new token, "invalid" or "reused"; end(): a log-out or an eviction, whose caller learns nothing.
    """
    if operation.name == "end":
        return [dataclasses.replace(session, alive=False)]
    assert operation.name == "refresh", operation
    token, result = operation.argument, operation.result
    if not session.alive:
        return [session] if result == "invalid" else []
    if token == session.current:
        if result in ("invalid", "reused", token, session.previous, *session.past):
            return []
        past = session.past + ((session.previous,) if session.previous else ())
        return [Session(True, result, session.current, past)]
    if token == session.previous:
        return [session] if result == session.current else []  # the same successor, never a fork
    if token in session.past:
        return [dataclasses.replace(session, alive=False)] if result == "reused" else []
    return [session] if result == "invalid" else []
