"""Every stream is 1, 2, 3 … without holes, in the store and as readers saw it; a reminder fires once."""

from checker.finding import Finding, by, counted
from checker.store import FIRED, FIRING, ROOM_ADDED, SCHEDULED


def check(history, store):
    """All findings about streams."""
    yield from _offsets(store)
    yield from _room_readers(history, store)
    yield from _personal_readers(history, store)
    yield from _firings(store)
    yield from _news_of_rooms(store)


def gaps(name, offsets, end=None):
    """Findings of a stream that is not 1, 2, 3 … up to `end`."""
    previous = 0
    for offset in offsets:
        if offset == previous:
            yield Finding("doubled", f"{name}: offset {offset} comes twice")
        elif offset < previous:
            yield Finding("order", f"{name}: offset {offset} comes after {previous}")
        elif offset > previous + 1:
            yield Finding("hole", f"{name}: offset {offset} comes after {previous}")
        previous = max(offset, previous)
    if end is not None and previous < end:
        yield Finding("lost", f"{name}: it ends at {previous}, not at {end}")
    if end is not None and previous > end:
        yield Finding("unexpected", f"{name}: it ends at {previous}, not at {end}")


def _offsets(store):
    events = by(store.room_events, "room_id")
    for room in store.rooms:
        offsets = [row["offset"] for row in events.get(room["id"], [])]
        yield from gaps(f"room {room['id']}", offsets, room["last_offset"])
    for user, rows in by(store.personal_events, "user_id").items():
        yield from gaps(f"personal stream {user}", [row["offset"] for row in rows])


def _room_readers(history, store):
    bodies = {(row["room_id"], row["offset"]): row["body"] for row in store.messages()}
    heads = {room["id"]: room["last_offset"] for room in store.rooms}
    for reader, events in history.seen.items():
        room = events[0]["room"]
        yield from gaps(f"{reader} of room {room}", [event["offset"] for event in events], heads.get(room, 0))
        for event in events:
            if event["type"] == "message" and bodies.get((room, event["offset"])) != event["text"]:
                yield Finding("wrong", f"{reader} saw {event['text']!r} at offset {event['offset']} of room {room}, where "
                                       f"the store has {bodies.get((room, event['offset']))!r}")  # fmt: skip


def _personal_readers(history, store):
    streams = by(store.personal_events, "user_id")
    for reader, events in history.heard.items():
        user = events[0]["user"]
        stored = streams.get(user, [])
        yield from gaps(f"{reader} of user {user}", [event["offset"] for event in events], len(stored))
        fired = {row["offset"]: (row["subject"], row["fire_seq"]) for row in stored if row["kind"] == FIRED}
        told = {event["offset"]: (event["reminder"], event["fire_seq"]) for event in events if event["type"] == "reminder.fired"}
        if fired != told:
            yield Finding("wrong", f"{reader} heard the firings {told}, the store has {fired}")


def _firings(store):
    """A reminder that came due has fired once, under one number, and is told of once in its owner's stream."""
    told = counted((row["subject"], row["fire_seq"]) for row in store.personal_events if row["kind"] == FIRED)
    for reminder in store.reminders:
        if reminder["state"] in (SCHEDULED, FIRING):
            yield Finding("lost", f"reminder {reminder['id']} has not come to its end: state {reminder['state']}")
        if reminder["fired_count"] > 1:
            yield Finding("doubled", f"reminder {reminder['id']} has fired {reminder['fired_count']} times")
        if reminder["fired_count"] < 1:
            yield Finding("lost", f"reminder {reminder['id']} has not fired")
        if (number := told.pop((reminder["id"], 1), 0)) != 1:
            what = "doubled" if number else "lost"
            yield Finding(what, f"reminder {reminder['id']} is told of {number} times in its owner's stream")
    for (reminder, fire_seq), number in told.items():
        yield Finding("unexpected", f"firing {fire_seq} of reminder {reminder} is told of {number} times")


def _news_of_rooms(store):
    """Who consumes the events within the server has counted each once: one line in the stream of each member."""
    told = counted((row["user_id"], row["subject"]) for row in store.personal_events if row["kind"] == ROOM_ADDED)
    for member in store.members:
        number = told.pop((member["user_id"], member["room_id"]), 0)
        if number != 1:
            what = "doubled" if number else "lost"
            yield Finding(what, f"user {member['user_id']} was told {number} times of having been added to room {member['room_id']}")
    for (user, room), number in told.items():
        yield Finding("unexpected", f"user {user} was told {number} times of room {room}, without being a member")
