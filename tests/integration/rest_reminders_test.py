"""Reminders by REST: the shape, bounds, list, change, cancel, snooze, done, and whose they are."""

import datetime

import pytest

from support.people import People
from support.rest import TIME, Rest, all_pages, expect, refused
from support.server import has_option

REMINDER = {"id", "text", "due_at", "next_at", "timezone", "state", "fired_count", "created_at"}


def later(**delta):
    """A time from now as RFC 3339 text."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text):
    """A time of the server's as a datetime."""
    assert TIME.match(text), text
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_reminder_is_created_for_a_time(people):
    """201 with every member of the shape."""
    person = people.user()
    due = later(hours=2)
    reminder = person.remind("Tea", due_at=due)
    assert REMINDER <= set(reminder)
    assert (reminder["text"], reminder["due_at"], reminder["next_at"]) == ("Tea", due, due)
    assert (reminder["state"], reminder["fired_count"]) == ("scheduled", 0)
    assert isinstance(reminder["id"], int) and TIME.match(reminder["created_at"])
    assert expect(person.rest.get(f"/reminders/{reminder['id']}"), 200) == reminder


def test_a_reminder_is_created_for_a_duration(people):
    """in: an ISO 8601 duration counts from now."""
    person = people.user()
    for text, seconds in (("PT10M", 600), ("P1D", 86400), ("PT1H30M", 5400), ("PT90S", 90)):
        reminder = person.remind("x", **{"in": text})
        distance = (moment(reminder["due_at"]) - moment(reminder["created_at"])).total_seconds()
        assert abs(distance - seconds) < 30, (text, distance)


def test_an_offset_of_a_time_zone_is_understood(people):
    """A due time with an offset is stored in UTC."""
    reminder = people.user().remind("zone", due_at="2031-05-01T12:00:00+03:00", timezone="Europe/Moscow")
    assert reminder["due_at"] == "2031-05-01T09:00:00.000Z" and reminder["timezone"] == "Europe/Moscow"


@pytest.mark.parametrize(
    "body, pointer",
    [
        ({"in": "PT1M"}, "/text"),
        ({"text": "", "in": "PT1M"}, "/text"),
        ({"text": "x" * 501, "in": "PT1M"}, "/text"),
        ({"text": 5, "in": "PT1M"}, "/text"),
        ({"text": "x", "in": "soon"}, "/in"),
        ({"text": "x", "in": 60}, "/in"),
        ({"text": "x", "in": "P11Y"}, "/in"),
        ({"text": "x", "in": "-PT1M"}, "/in"),
        ({"text": "x", "in": ""}, "/in"),
        ({"text": "x", "due_at": "tomorrow"}, "/due_at"),
        ({"text": "x", "due_at": "2031-02-30T00:00:00Z"}, "/due_at"),
        ({"text": "x", "due_at": "2051-01-01T00:00:00Z"}, "/due_at"),
        ({"text": "x", "due_at": 1}, "/due_at"),
        ({"text": "x", "due_at": "2031-05-01T12:00:00"}, "/due_at"),
        ({"text": "x", "in": "PT1M", "timezone": "Mars/Olympus"}, "/timezone"),
        ({"text": "x", "in": "PT1M", "email": "yes"}, "/email"),
        ({"text": "x", "in": "PT1M", "loud": True}, "/loud"),
        ({"text": "x", "in": "PT1M", "room_id": "1"}, "/room_id"),
    ],
)
def test_a_bad_reminder_is_refused_with_its_pointer(people, body, pointer):
    """Bounds, forms, types and unknown members; nothing is stored."""
    person = people.user()
    answer = person.rest.post("/reminders", body)
    assert answer.status_code in (400, 422), answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert expect(person.rest.get("/reminders"), 200)["items"] == []


def test_exactly_one_time_is_needed(people):
    """Neither and both are refused."""
    person = people.user()
    refused(person.rest.post("/reminders", {"text": "x"}), 422, "validation_failed")
    refused(
        person.rest.post("/reminders", {"text": "x", "in": "PT1M", "due_at": later(hours=1)}), 422, "validation_failed"
    )


def test_a_room_of_a_reminder_must_be_ones_own(people):
    """room_id of a foreign room is refused."""
    person, other = people.users(2)
    own, foreign = person.room("own")["id"], other.room("foreign")["id"]
    assert person.remind("x", room_id=own, **{"in": "PT1H"})["room_id"] == own
    answer = person.rest.post("/reminders", {"text": "x", "room_id": foreign, "in": "PT1H"})
    assert answer.status_code in (403, 404, 422), answer.text


def test_reminders_are_listed_in_pages(people):
    """Each of mine once, none of others."""
    person, other = people.users(2)
    made = [person.remind(f"number {number}", **{"in": f"PT{number + 1}H"})["id"] for number in range(5)]
    other.remind("theirs", **{"in": "PT1H"})
    for limit in (1, 2, 50):
        pages = all_pages(person.rest, "/reminders", limit)
        assert sorted(item["id"] for page in pages for item in page) == made


def test_a_reminder_changes(people):
    """PATCH of text and time; what is not named stays; a bad change changes nothing."""
    person = people.user()
    reminder = person.remind("first", **{"in": "PT1H"})
    path = f"/reminders/{reminder['id']}"
    due = later(days=3)
    changed = expect(person.rest.patch(path, {"text": "second", "due_at": due}), 200)
    assert (changed["text"], changed["due_at"], changed["next_at"], changed["state"]) == (
        "second",
        due,
        due,
        "scheduled",
    )
    assert expect(person.rest.patch(path, {"text": "third"}), 200)["due_at"] == due
    for bad in ({"state": "delivered"}, {"text": ""}, {"due_at": "never"}, {"fired_count": 5}):
        assert person.rest.patch(path, bad).status_code in (400, 422)
    assert expect(person.rest.get(path), 200)["text"] == "third"


def test_a_cancelled_reminder_stays_cancelled(people):
    """DELETE cancels; afterwards it cannot be snoozed or changed."""
    person = people.user()
    reminder = person.remind("never mind", **{"in": "PT1H"})
    path = f"/reminders/{reminder['id']}"
    assert person.rest.delete(path).status_code in (200, 204)
    answer = person.rest.get(path)
    assert answer.status_code == 404 or answer.json()["state"] == "cancelled"
    assert person.rest.post(f"{path}/snooze", {"in": "PT1M"}).status_code in (404, 409, 422)
    assert person.rest.patch(path, {"text": "again"}).status_code in (404, 409, 422)


def test_another_persons_reminder_does_not_exist(people):
    """404 in every way, and it stays as it is; an administrator's role does not open it."""
    owner, stranger, admin = people.user(), people.user(), people.admin()
    reminder = owner.remind("private", **{"in": "PT1H"})
    path = f"/reminders/{reminder['id']}"
    for person in (stranger, admin):
        for method, where, body in [
            ("GET", path, None),
            ("PATCH", path, {"text": "x"}),
            ("DELETE", path, None),
            ("POST", f"{path}/snooze", {"in": "PT1M"}),
            ("POST", f"{path}/done", None),
        ]:
            refused(person.rest.call(method, where, body), 404, "not_found")
    assert expect(owner.rest.get(path), 200) == reminder


@pytest.mark.parametrize("identifier", ["999999999", "0", "-1", "abc", "9223372036854775808"])
def test_an_unknown_reminder_is_not_found(people, identifier):
    """404 for what is not there and for what cannot be an id."""
    refused(people.user().rest.get(f"/reminders/{identifier}"), 404, "not_found")


def test_reminders_are_created_once_per_idempotency_key(people):
    """The header works on reminders: the same id again, another body 422."""
    person = people.user()
    key = {"Idempotency-Key": "remind-0001"}
    body = {"text": "once", "due_at": later(hours=1)}
    first = expect(person.rest.post("/reminders", body, headers=key), 201)
    again = person.rest.post("/reminders", body, headers=key)
    assert again.status_code == 201 and again.json()["id"] == first["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    refused(person.rest.post("/reminders", {**body, "text": "two"}, headers=key), 422, "idempotency_mismatch")
    assert len(expect(person.rest.get("/reminders"), 200)["items"]) == 1


def test_reminders_need_a_token(anonymous):
    """401 without."""
    refused(anonymous.get("/reminders"), 401, "unauthorized")
    refused(Rest(anonymous.base).post("/reminders", {"text": "x", "in": "PT1M"}), 401, "unauthorized")


def test_pending_reminders_are_bounded(own_server):
    """At the bound per user one more is refused, and cancelling one makes room."""
    option = next(
        (
            name
            for name in (
                "reminders-per-user",
                "pending-reminders-per-user",
                "pending-reminders",
                "max-reminders-per-user",
            )
            if has_option(name)
        ),
        None,
    )
    if option is None:
        pytest.skip("no option sets the bound of pending reminders")
    server = own_server(f"--{option}", "3")
    person = People(server).user()
    ids = [person.remind("x", **{"in": "PT1H"})["id"] for _ in range(3)]
    refused(person.rest.post("/reminders", {"text": "x", "in": "PT1H"}), 409, "limit_exceeded")
    person.rest.delete(f"/reminders/{ids[0]}")
    person.remind("x", **{"in": "PT1H"})
