"""What was acknowledged is in the store, once; what was not attempted, or was refused, is not."""

from checker.finding import Finding, by


def check(history, store):
    """All findings about operations."""
    yield from _refusals(history)
    yield from _kind(history, "message", by(store.messages(), "body"), "text", _message)
    yield from _kind(history, "registration", by(store.users, "username"), "name", _registration, set(history.known.values()))
    yield from _kind(history, "room", by(store.rooms, "name"), "name", _room)
    yield from _kind(history, "reminder", by(store.reminders, "body"), "text", _reminder)
    yield from _repetitions(history)
    yield from _members(history, store)
    yield from _real_time(history)


def _kind(history, kind, rows, name, differs, known=()):
    """One kind of operation against the rows that it makes, found by a text that no other operation has."""
    attempted = {}
    for operation in history.of(kind):
        # A text may be tried by one operation that is refused because of another: that of the other counts.
        if operation.wanted.get("expect") != "refused":
            attempted[operation.wanted[name]] = operation
    for text, operation in attempted.items():
        found = rows.get(text, [])
        if operation.acknowledged and not found:
            yield Finding("lost", f"{kind} {text!r} was acknowledged and is not in the store")
        if len(found) > 1:
            yield Finding("doubled", f"{kind} {text!r} is in the store {len(found)} times")
        if found and not operation.possible:
            yield Finding("unexpected", f"{kind} {text!r} was refused and is in the store")
        if operation.acknowledged and len(found) == 1 and (difference := differs(operation, found[0])):
            yield Finding("wrong", f"{kind} {text!r}: {difference}")
    for text in rows.keys() - attempted.keys() - set(known):
        yield Finding("unexpected", f"{kind} {text!r} is in the store and was not attempted")


def _differs(pairs):
    return "; ".join(
        f"{name} is {stored}, acknowledged was {told}" for name, told, stored in pairs if told is not None and told != stored
    )


def _message(operation, row):
    return _differs([("room", operation.wanted["room"], row["room_id"]), ("sender", operation.by, row["actor_id"]),
                     ("offset", operation.result.get("offset"), row["offset"])])  # fmt: skip


def _registration(operation, row):
    return _differs([("id", operation.result.get("user"), row["id"])])


def _room(operation, row):
    return _differs([("id", operation.result.get("room"), row["id"]), ("owner", operation.by, row["created_by"])])


def _reminder(operation, row):
    return _differs([("id", operation.result.get("reminder"), row["id"]), ("owner", operation.by, row["owner_id"])])


def _refusals(history):
    """What must be refused was, and nothing else was."""
    for operation in history.operations.values():
        expected = operation.wanted.get("expect") == "refused"
        if expected and operation.acknowledged:
            yield Finding("unexpected", f"{operation.kind} {operation.wanted} had to be refused and was acknowledged")
        if not expected and operation.outcome == "refused":
            yield Finding("wrong", f"{operation.kind} {operation.wanted} was refused for good: {operation.result}")


def _repetitions(history):
    """A message that was sent again with its key got the offset of the first one, and the answer says that it did."""
    for operation in history.operations.values():
        if "repeats" in operation.wanted and operation.acknowledged and "offset" in operation.result:
            first = history.operations[operation.wanted["repeats"]].result.get("offset", operation.result["offset"])
            if operation.result["offset"] != first or not operation.result["duplicate"]:
                yield Finding("doubled", f"message {operation.wanted['text']!r}, sent again, was answered with "
                                         f"{operation.result}, the first time with offset {first}")  # fmt: skip


def _members(history, store):
    """A room has the members it was made with, and its maker."""
    names = {row["id"]: row["username"] for row in store.users}
    members = by(store.members, "room_id")
    wanted = {each.wanted["name"]: each for each in history.of("room") if each.possible}
    for room in store.rooms:
        if room["name"] in wanted:
            operation = wanted[room["name"]]
            expected = {*operation.wanted["members"], names.get(operation.by)}
            found = [names.get(row["user_id"]) for row in members.get(room["id"], [])]
            if set(found) != expected or len(found) != len(expected):
                yield Finding("wrong", f"room {room['name']!r} has the members {found}, wanted were {sorted(expected)}")


def _real_time(history):
    """A message that was acknowledged before another one was first sent has the lower offset."""
    rooms = by([{"room": each.wanted["room"], "operation": each} for each in history.of("message")
                if each.acknowledged and "offset" in each.result], "room")  # fmt: skip
    for room, rows in rooms.items():
        latest = None
        for operation in sorted((row["operation"] for row in rows), key=lambda each: each.result["offset"]):
            if latest is not None and operation.ended < latest.began:
                yield Finding("order", f"room {room}: {operation.wanted['text']!r} was acknowledged before "
                                       f"{latest.wanted['text']!r} was sent, and comes after it")  # fmt: skip
            if latest is None or operation.began > latest.began:
                latest = operation
