"""Requests at the same time: names, keys, tokens, memberships and reminders each have one outcome."""

import concurrent.futures
import threading

from support.people import PASSWORD
from support.rest import Rest, expect
from support.waiting import until


def at_once(count, call):
    """Calls `call(number)` in as many threads, which start together; returns the results in order."""
    barrier = threading.Barrier(count)

    def run(number):
        barrier.wait(60)
        return call(number)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def answered(ask):
    """The answer of a call that was heard: while too many wait for a hash the server says so, and has verified nothing."""
    answers = []

    def is_heard():
        answers.append(ask())
        return answers[-1].status_code != 503

    until(is_heard, 120, "an answer other than 503", 0.1)
    return answers[-1]


def all_events(person, room):
    """The whole log of a room."""
    events, after = [], 0
    while page := person.events(room, f"?after={after}&limit=200")["items"]:
        events += page
        after = page[-1]["offset"]
    return events


def test_one_of_many_gets_a_name(server):
    """Twelve register one name with different addresses: one 201, eleven 409."""
    answers = at_once(
        12,
        lambda n: answered(
            lambda: Rest(server.url).post(
                "/auth/register", {"username": "raced.name", "email": f"raced{n}@example.com", "password": PASSWORD}
            )
        ),
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11


def test_correct_log_ins_at_once_all_pass(people, server):
    """None is taken for guessing, and at most 10 sessions are left."""
    person = people.user()
    body = {"login": person.username, "password": PASSWORD}
    answers = at_once(16, lambda _: answered(lambda: Rest(server.url).post("/auth/login", body)))
    assert [answer.status_code for answer in answers] == [200] * 16
    alive = [
        answer.json()
        for answer in answers
        if Rest(server.url, answer.json()["access_token"]).get("/users/me").status_code == 200
    ]
    assert 1 <= len(alive) <= 10
    assert len(expect(Rest(server.url, alive[0]["access_token"]).get("/auth/sessions"), 200)["items"]) == 10


def test_refreshing_at_once_gives_one_successor(people, server):
    """Ten windows with one token: all stay, with the same new token."""
    token = people.user().log_in()["refresh_token"]
    answers = at_once(10, lambda _: Rest(server.url).post("/auth/refresh", {"refresh_token": token}))
    assert [answer.status_code for answer in answers] == [200] * 10
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_one_idempotency_key_makes_one_room(people):
    """Ten creations with one key: one room; each answer names it, or says that it is under way."""
    person = people.user()
    key = {"Idempotency-Key": "raced-room"}
    answers = at_once(10, lambda _: Rest(person.server.url, person.token).post("/rooms", {"name": "one"}, headers=key))
    good = [answer for answer in answers if answer.status_code in (200, 201)]
    assert len({answer.json()["id"] for answer in good}) == 1
    assert all(answer.status_code in (409, 503) for answer in answers if answer not in good)
    assert len(expect(person.rest.get("/rooms"), 200)["items"]) == 1


def test_senders_at_once_share_one_order(people):
    """Eight members, 25 messages each: offsets without holes, each sender's in their order."""
    owner, *members = people.users(8)
    room = owner.room("order", members)["id"]
    crowd = [owner, *members]

    def send(number):
        rest = Rest(owner.server.url, crowd[number].token)
        return [
            expect(rest.post(f"/rooms/{room}/messages", {"text": f"{number}/{n}"}), 201)["offset"] for n in range(25)
        ]

    given = at_once(8, send)
    assert all(offsets == sorted(offsets) for offsets in given)
    assert len({offset for offsets in given for offset in offsets}) == 200
    events = all_events(owner, room)
    assert [event["offset"] for event in events] == list(range(1, len(events) + 1))


def test_no_message_of_a_member_after_their_removal(people):
    """Sending while being removed: every message stored lies before the removal, each refused one nowhere."""
    owner, member = people.users(2)
    room = owner.room("removal", [member])["id"]
    accepted = []
    halfway = threading.Event()

    def send():
        rest = Rest(owner.server.url, member.token)
        for number in range(400):
            answer = rest.post(f"/rooms/{room}/messages", {"text": f"{number}"})
            if answer.status_code != 201:
                assert answer.status_code in (403, 404), answer.text
                return
            accepted.append(answer.json()["offset"])
            if number == 30:
                halfway.set()

    sender = threading.Thread(target=send)
    sender.start()
    assert halfway.wait(60)
    expect(owner.remove_member(room, member), 204)
    sender.join(60)
    assert not sender.is_alive()
    events = all_events(owner, room)
    removal = next(event["offset"] for event in events if event["type"] == "member.removed")
    stored = [event["offset"] for event in events if event["type"] == "message"]
    assert stored == accepted and all(offset < removal for offset in stored)


def test_adding_and_removing_at_once_agrees_with_the_log(people):
    """The members in the end are those whom the log's last event about them says."""
    owner, *others = people.users(6)
    room = owner.room("revolving")["id"]

    def turn(number):
        rest = Rest(owner.server.url, owner.token)
        person = others[number % 5]
        for _ in range(6):
            rest.post(f"/rooms/{room}/members", {"members": [person.username]})
            rest.delete(f"/rooms/{room}/members/{person.id}")
        if number % 2:
            rest.post(f"/rooms/{room}/members", {"members": [person.username]})

    at_once(10, turn)
    events = [event for event in all_events(owner, room) if event["type"].startswith("member.")]
    expected = {owner.id}
    for event in events:
        person = next(other for other in others if named_in(event, other))
        change = expected.add if event["type"] == "member.added" else expected.discard
        assert (person.id in expected) == (event["type"] == "member.removed"), "a change that changed nothing"
        change(person.id)
    assert set(owner.members(room)) == expected
    assert expect(owner.rest.get(f"/rooms/{room}"), 200)["member_count"] == len(expected)


def named_in(event, person):
    """Whether an event about a member is about that person (its author left out)."""
    about = {name: value for name, value in event.items() if name not in ("user", "offset", "created_at")}
    return about.get("member", {}).get("id") == person.id


def test_cancelling_and_firing_at_once_has_one_outcome(people):
    """A reminder cancelled at its due time either fired once or never did."""
    person = people.user()
    made = [person.remind(f"{n}", **{"in": "PT1S"}) for n in range(20)]

    def cancel(number):
        rest = Rest(person.server.url, person.token)
        return rest.delete(f"/reminders/{made[number]['id']}").status_code

    until(lambda: expect(person.rest.get(f"/reminders/{made[0]['id']}"), 200)["fired_count"] == 1, what="the first")
    results = at_once(20, cancel)
    assert all(status in (200, 204, 404, 409, 422) for status in results)

    def settled():
        states = []
        for reminder in made:
            answer = person.rest.get(f"/reminders/{reminder['id']}")
            states.append(
                ("cancelled", 0)
                if answer.status_code == 404
                else (answer.json()["state"], answer.json()["fired_count"])
            )
        return states if all(state in ("delivered", "cancelled") for state, _ in states) else None

    assert all(count <= 1 and (state == "cancelled" or count == 1) for state, count in until(settled, what="an end"))
