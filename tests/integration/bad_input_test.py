"""Noise on every route: random and mutated bodies, paths and headers never make the server fail or lose anything."""

import copy
import json
import random

from support.rest import expect

VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    1e308,
    1.5,
    "",
    "x",
    "x" * 5000,
    "\u0000",
    "\ud7ff",
    "🎭" * 300,
    [],
    {},
    [[]],
    [None],
    {"a": 1},
    "2031-01-01T00:00:00Z",
    "PT1H",
    "room:1",
    "1",
    "0x1",
    "NaN",
]


def bodies(person, room, reminder):
    """A good request for each route that takes a body."""
    return [
        ("POST", "/auth/login", {"login": person.username, "password": "wrong password"}),
        ("POST", "/auth/refresh", {"refresh_token": "x" * 43}),
        ("PATCH", "/users/me", {"full_name": "x", "locale": "en", "timezone": "UTC"}),
        ("POST", "/rooms", {"name": "x", "members": [person.username], "kind": "group", "guests_may_write": True}),
        ("PATCH", f"/rooms/{room}", {"name": "y"}),
        ("POST", f"/rooms/{room}/members", {"members": [person.username]}),
        ("POST", f"/rooms/{room}/messages", {"text": "x", "key": "k", "reply_to": 1}),
        ("POST", "/reminders", {"text": "x", "in": "PT1H", "timezone": "UTC", "room_id": room, "email": True}),
        ("PATCH", f"/reminders/{reminder}", {"text": "x", "due_at": "2031-01-01T00:00:00Z"}),
        ("POST", f"/reminders/{reminder}/snooze", {"in": "PT1H"}),
    ]


def mutated(generator, body):
    """A body with one to three members changed, dropped, added or nested."""
    body = copy.deepcopy(body)
    for _ in range(generator.randrange(1, 4)):
        name = generator.choice(list(body) or ["text"])
        change = generator.randrange(4)
        if change == 0:
            body[name] = generator.choice(VALUES)
        elif change == 1:
            body.pop(name, None)
        elif change == 2:
            body[generator.choice(["", "extra", "__proto__", "id", "a/b~c", "x" * 300, "\u0000"])] = generator.choice(
                VALUES
            )
        else:
            body[name] = [body.get(name)] * generator.randrange(0, 5)
    return body


def noise(generator, text):
    """The text with some bytes changed, cut or doubled."""
    data = bytearray(text.encode())
    for _ in range(generator.randrange(1, 8)):
        place = generator.randrange(len(data)) if data else 0
        change = generator.randrange(3)
        if change == 0 and data:
            data[place] = generator.randrange(256)
        elif change == 1:
            del data[place : place + generator.randrange(1, 4)]
        else:
            data[place:place] = generator.randbytes(generator.randrange(1, 6))
    return bytes(data)


def test_mutated_bodies_are_served_or_refused(people, seed, soak):
    """No 5xx, each refusal a proper problem document."""
    generator = random.Random(seed)
    person = people.user()
    room, reminder = person.room("noise")["id"], person.remind("noise", **{"in": "PT1H"})["id"]
    for _ in range(5000 if soak else 300):
        method, path, body = generator.choice(bodies(person, room, reminder))
        changed = mutated(generator, body)
        answer = person.rest.call(method, path, changed)
        assert answer.status_code < 500, f"seed {seed}: {method} {path} {changed}: {answer.status_code} {answer.text}"
    expect(person.rest.get("/users/me"), 200)


def test_noisy_bodies_are_served_or_refused(people, seed, soak):
    """Bytes that are almost JSON."""
    generator = random.Random(seed + 1)
    person = people.user()
    room, reminder = person.room("noise")["id"], person.remind("noise", **{"in": "PT1H"})["id"]
    for _ in range(5000 if soak else 300):
        method, path, body = generator.choice(bodies(person, room, reminder))
        data = noise(generator, json.dumps(body, ensure_ascii=False))
        answer = person.rest.call(method, path, data=data, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, f"seed {seed}: {method} {path} {data}: {answer.status_code} {answer.text}"
    expect(person.rest.get("/users/me"), 200)


def test_noisy_queries_are_served_or_refused(people, seed):
    """Pages, cursors and look-ups of any kind."""
    generator = random.Random(seed + 2)
    person = people.user()
    room = person.room("noise")["id"]
    names = ["limit", "cursor", "before", "after", "query", "x", "", "limit[]", "%00"]
    values = [
        "",
        "0",
        "1",
        "-1",
        "50",
        "99999999999999999999",
        "abc",
        "%ff%fe",
        "%",
        "%2",
        "a%00b",
        "+",
        "1.5",
        "eyJ9",
        "%F0%9F%8E%AD",
        "x" * 2000,
        "null",
        "1;2",
        "'",
        '"',
    ]
    for _ in range(300):
        path = generator.choice(
            ["/rooms", "/users", f"/rooms/{room}/messages", f"/rooms/{room}/members", "/reminders", "/auth/sessions"]
        )
        query = "&".join(
            f"{generator.choice(names)}={generator.choice(values)}" for _ in range(generator.randrange(1, 4))
        )
        answer = person.rest.get(f"{path}?{query}")
        assert answer.status_code < 500, f"seed {seed}: {path}?{query}: {answer.status_code} {answer.text}"


def test_what_was_there_before_the_noise_is_still_there(people):
    """A room and its log are as they were after others made noise on the same server."""
    person = people.user()
    room = person.room("quiet")["id"]
    sent = [person.say(room, f"m{number}")["offset"] for number in range(10)]
    generator = random.Random(7)
    for _ in range(100):
        data = noise(generator, json.dumps({"text": "x", "key": "k", "reply_to": 1}))
        person.rest.call("POST", f"/rooms/{room}/members", data=data, headers={"Content-Type": "application/json"})
    page = person.events(room)
    assert [e["offset"] for e in page["items"] if e["type"] == "message"] == sent
    assert person.members(room) == {person.id: "owner"}
