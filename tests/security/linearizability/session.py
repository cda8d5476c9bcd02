"""A session as it should be (security.md 9, 10, 13): one current refresh token, its predecessor, and everything before;
and its account, which may be banned.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Session:
    """`past`: the tokens before the predecessor. The grace is taken to be longer than a history. Of this account one
    session may live at a time: another log-in pushes this one out."""

    alive: bool
    current: str
    previous: str = ""
    past: tuple = ()
    banned: bool = False


def change_ban(session, operation):
    """A change of the ban ends the session; what is so already stays so, and ends nothing."""
    wanted = operation.name == "ban"
    if operation.result is not wanted:
        return []
    return [session if session.banned == wanted else dataclasses.replace(session, alive=False, banned=wanted)]


def step(session, operation):
    """The states after an operation with this result; none if a session cannot answer so.

    refresh(token): the new token, "invalid" or "reused"; end(): a log-out, whose caller learns nothing; ban() and
    unban(): whether the account is banned now; enter(): another log-in, "entered" or "refused".
    """
    if operation.name == "end":
        return [dataclasses.replace(session, alive=False)]
    if operation.name in ("ban", "unban"):
        return change_ban(session, operation)
    if operation.name == "enter":
        right = "refused" if session.banned else "entered"
        return [dataclasses.replace(session, alive=False)] if operation.result == right else []
    assert operation.name == "refresh", operation
    token, result = operation.argument, operation.result
    if not session.alive:
        return [session] if result == "invalid" else []
    if token == session.current:
        if result in ("invalid", "reused", token, session.previous, *session.past):
            return []
        past = session.past + ((session.previous,) if session.previous else ())
        return [dataclasses.replace(session, current=result, previous=session.current, past=past)]
    if token == session.previous:
        return [session] if result == session.current else []  # the same successor, never a fork
    if token in session.past:
        return [dataclasses.replace(session, alive=False)] if result == "reused" else []
    return [session] if result == "invalid" else []
