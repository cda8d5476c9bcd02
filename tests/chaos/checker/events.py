"""Every event that was committed is in its topic, nothing else is, in the order of the store; and every row has its event."""

import json

from checker.finding import Finding, by, counted


def check(store, messages):
    """All findings about events."""
    yield from _published(store, messages)
    yield from _order(store, messages)
    yield from _rows(store)


def duplicates(messages):
    """How many messages are a repetition of an earlier one, by `ce_id`."""
    return len(messages) - len({message.event for message in messages})


def on_the_way(history, store, messages):
    """For each fault that counts, the events that were committed when it struck and not yet in their topics: {number: n}."""
    written = {}
    for message in messages:
        written[message.event] = min(message.time, written.get(message.event, message.time))
    waits = [(row["at"], written.get(row["event_id"], float("inf"))) for row in store.events]
    found = {}
    for fault in history.faults:
        if fault.counts:
            begun, done = ((time + history.clock) * 1000 for time in (fault.begun, fault.done))
            found[fault.number] = sum(committed < begun and arrived > done for committed, arrived in waits)
    return found


def _face(message):
    """What two messages with one `ce_id` must share."""
    return message.topic, message.partition, message.key, message.type, message.value


def _same(message, row):
    return json.loads(message.value) == json.loads(row["data"])


def _published(store, messages):
    committed = {row["event_id"]: row for row in store.events}
    if len(committed) != len(store.events):
        yield Finding("doubled", f"{len(store.events) - len(committed)} events of the store have the id of another one")
    first = {}
    for message in messages:
        earlier = first.setdefault(message.event, message)
        if _face(earlier) != _face(message):
            yield Finding("wrong", f"event {message.event} comes again as {_face(message)}, it was {_face(earlier)}")
    for event, message in first.items():
        row = committed.get(event)
        if row is None:
            yield Finding("unexpected", f"{message.type} {event} of key {message.key} is in {message.topic} and was not committed")
        elif _face(message)[:4] != (row["topic"], row["partition"], str(row["key"]), row["type"]) or not _same(message, row):
            yield Finding("wrong", f"event {event} is {_face(message)}, committed was {row}")
    for event, row in committed.items():
        if event not in first:
            yield Finding("lost", f"{row['type']} {event} of key {row['key']} was committed and is not in {row['topic']}")
    for row in store.outbox:
        yield Finding("lost", f"event {row['id']} still waits to be published")
    for row in store.dead_events:
        yield Finding("lost", f"a {row['type']} is dead: {row['reason']}")


def _order(store, messages):
    """Within a key, events first appear in the order in which they were committed."""
    position = {row["event_id"]: (row["partition"], row["id"]) for row in store.events}
    last, met = {}, set()
    for message in sorted(messages, key=lambda each: (each.topic, each.partition, each.offset)):
        if message.event in met or message.event not in position:
            continue
        met.add(message.event)
        key = message.topic, message.key
        if key in last and position[message.event] < position[last[key].event]:
            yield Finding("order", f"{message.type} {message.event} of key {message.key} comes after {last[key].type} "
                                   f"{last[key].event}, which was committed later")  # fmt: skip
        else:
            last[key] = message


def _rows(store):
    """Every row has the event of its making, once."""
    events = by([{**row, **json.loads(row["data"])} for row in store.events], "type")
    yield from _match("message.created", [(row["room_id"], row["offset"]) for row in store.messages()],
                      [(row["room_id"], row["offset"]) for row in events["message.created"]])  # fmt: skip
    yield from _match("user.created", [row["id"] for row in store.users], [row["user_id"] for row in events["user.created"]])
    yield from _match("room.created", [row["id"] for row in store.rooms], [row["room_id"] for row in events["room.created"]])
    yield from _match("reminder.created", [row["id"] for row in store.reminders],
                      [row["reminder_id"] for row in events["reminder.created"]])  # fmt: skip
    yield from _match("reminder.fired", [(row["id"], 1) for row in store.reminders],
                      [(row["reminder_id"], row["fire_seq"]) for row in events["reminder.fired"]])  # fmt: skip
    for room, rows in by(events["message.created"], "room_id").items():
        offsets = [row["offset"] for row in rows]
        if offsets != sorted(offsets):
            yield Finding("order", f"the events of messages of room {room} are not in the order of their offsets")


def _match(kind, rows, events):
    of_rows, of_events = counted(rows), counted(events)
    for row, number in of_rows.items():
        if of_events[row] < number:
            yield Finding("lost", f"{kind} of {row} has no event")
        elif of_events[row] > number:
            yield Finding("doubled", f"{kind} of {row} has {of_events[row]} events")
    for event in of_events.keys() - of_rows.keys():
        yield Finding("unexpected", f"{kind} of {event} has no row")
