"""The figures of GET /admin/analytics against the rows of the store: each event is counted once."""

import re

from checker.finding import Finding


def expected(store):
    """What must have been counted."""
    return {
        "registrations": len(store.users),
        # By the record of events, since a room that is deleted leaves no row; that each row has its event is judged there.
        "rooms_created": len({row["event_id"] for row in store.events if row["type"] == "room.created"}),
        "messages": len(store.messages()),
        "reminders_created": len(store.reminders),
        "reminders_fired": sum(row["fired_count"] for row in store.reminders),
    }


def totals(answer):
    """The figures of an answer, by the names of `expected`: the one place that knows the answer's shape.

    A figure is a number of that name in `totals`, or a list of days of that name, each with a `count`.
    """
    found = {}
    for name, value in answer.get("totals", answer).items():
        name = re.sub(r"[^a-z]", "_", name)
        if isinstance(value, dict):
            found.update({f"{name}_{inner}": number for inner, number in value.items() if isinstance(number, int)})
        elif isinstance(value, list):
            found[name] = sum(day.get("count", 0) for day in value)
        elif isinstance(value, int):
            found[name] = value
    return found


def check(store, answer):
    """All findings about figures."""
    shown = totals(answer)
    for name, number in expected(store).items():
        if name not in shown:
            yield Finding("lost", f"the analytics have no figure {name}")
        elif shown[name] != number:
            what = "lost" if shown[name] < number else "doubled"
            yield Finding(what, f"the analytics count {shown[name]} {name}, the store has {number}")
