"""The writers: each makes one kind of thing, again and again, until the run is over."""

import itertools

from load.http import Http, Lost
from load.sockets import Socket

# How many of each: 50 in all.
NUMBERS = {"socket": 22, "rest": 12, "registrar": 4, "founder": 4, "reminding": 8}
PASSWORD = "violet-harbour-47-lantern"
# Shares of the operations.
AGAIN = 0.05  # are sent once more after they were acknowledged
FORBIDDEN = 0.02  # must be refused


def judged(status, body, good):
    """(outcome, result) of an answer by REST; `good` makes the result of the statuses that acknowledge."""
    if status in (200, 201):
        return "ok", good(body)
    if status in (429, 500, 503, 507):
        return "temporary", None
    return "refused", {"status": status, "code": body.get("code") if body else None}


async def by_rest(http, path, body, key, good):
    """One POST with a key of repetition; (outcome, result)."""
    try:
        status, answer = await http.call("POST", path, body, {"Idempotency-Key": key} if key else None)
    except Lost:
        return "lost", None
    return judged(status, answer, good)


def sent_message(answer):
    """The result of an acknowledged message."""
    return {"offset": answer["offset"], "duplicate": answer["duplicate"]}


async def write_messages(run, person, name, try_once, longest_pause):
    """Messages with a key each; `try_once(number, room, text)` sends one."""
    chance = run.random(name)
    for number in itertools.count(1):
        if run.stopping.is_set():
            return
        forbidden = chance.random() < FORBIDDEN
        room = run.closed_room if forbidden else chance.choice(run.rooms)
        text = f"{name}-{number}"
        wanted = {"room": room, "text": text, **({"expect": "refused"} if forbidden else {})}
        operation = run.history.begin("message", person.id, **wanted)
        outcome, _ = await run.settle(operation, lambda _, n=number, r=room, t=text: try_once(n, r, t), chance)
        if outcome == "ok" and chance.random() < AGAIN:
            repeated = run.history.begin("message", person.id, **wanted, repeats=operation)
            await run.settle(repeated, lambda _, r=room, t=text: try_once(0, r, t), chance)
        await run.pause(chance, longest_pause)


async def write_by_socket(run, person, name):
    """Messages over WebSocket, by `publish` and by `message.send`, whose answer has the offset."""
    socket = Socket(run, person, run.random(name + " socket"))

    async def try_once(number, room, text):
        if number % 2:
            outcome, result = await socket.request("publish", {"channel": f"room:{room}", "data": {"text": text, "key": text}})
            return outcome, None if outcome == "ok" else result
        data = {"room_id": room, "text": text, "key": text}
        outcome, result = await socket.request("rpc", {"method": "message.send", "data": data})
        return outcome, sent_message({"duplicate": False, **result["data"]}) if outcome == "ok" else result

    await write_messages(run, person, name, try_once, 0.2)
    await socket.close()


async def write_by_rest(run, person, name):
    """Messages by REST, with the key in the body or in the header."""
    http = Http(run.port, person.token)

    async def try_once(_, room, text):
        body = {"text": text} if len(text) % 2 else {"text": text, "key": text}
        return await by_rest(http, f"/rooms/{room}/messages", body, text if len(text) % 2 else None, sent_message)

    await write_messages(run, person, name, try_once, 0.3)
    http.close()


async def register(run, person, name):
    """New accounts. A name that is taken when an earlier try had no answer was taken by that try."""
    http, chance = Http(run.port), run.random(name)
    taken = None
    for number in itertools.count(1):
        if run.stopping.is_set():
            break
        forbidden = taken is not None and chance.random() < FORBIDDEN
        username = taken if forbidden else f"{name}-{number}"
        body = {"username": username, "email": f"{name}-{number}@example.com", "password": PASSWORD}

        async def try_once(is_first, body=body, forbidden=forbidden):
            outcome, result = await by_rest(http, "/auth/register", body, None, lambda made: {"user": made["user"]["id"]})
            if outcome == "refused" and result["status"] == 409 and not is_first and not forbidden:
                return "ok", {"found": True}
            return outcome, result

        wanted = {"name": username, "email": body["email"], **({"expect": "refused"} if forbidden else {})}
        operation = run.history.begin("registration", 0, **wanted)
        outcome, _ = await run.settle(operation, try_once, chance)
        taken = username if outcome == "ok" else taken
        await run.pause(chance, 1.5)
    http.close()


async def found_rooms(run, person, name):
    """Rooms with two further members; one with a member that nobody is must not be made."""
    http, chance = Http(run.port, person.token), run.random(name)
    for number in itertools.count(1):
        if run.stopping.is_set():
            break
        forbidden = chance.random() < FORBIDDEN * 2
        members = ["nobody-at-all"] if forbidden else chance.sample(run.names, 2)
        members = [each for each in members if each != person.name]
        body = {"name": f"{name}-{number}", "members": members}
        wanted = {**body, **({"expect": "refused"} if forbidden else {})}
        operation = run.history.begin("room", person.id, **wanted)
        good = lambda made: {"room": made["id"]}  # noqa: E731
        await run.settle(operation, lambda _, b=body: by_rest(http, "/rooms", b, b["name"], good), chance)
        await run.pause(chance, 1.0)
    http.close()


async def remind(run, person, name):
    """Reminders that come due within seconds."""
    http, chance = Http(run.port, person.token), run.random(name)
    for number in itertools.count(1):
        if run.stopping.is_set():
            break
        body = {"text": f"{name}-{number}", "in": f"PT{chance.randint(1, 12)}S"}
        operation = run.history.begin("reminder", person.id, text=body["text"])
        good = lambda made: {"reminder": made["id"], "due_at": made["due_at"]}  # noqa: E731
        await run.settle(operation, lambda _, b=body: by_rest(http, "/reminders", b, b["text"], good), chance)
        await run.pause(chance, 0.8)
    http.close()


KINDS = {"socket": write_by_socket, "rest": write_by_rest, "registrar": register, "founder": found_rooms, "reminding": remind}
