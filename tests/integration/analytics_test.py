"""GET /admin/analytics of the real binary: everything that happens is counted once, on its day, and a killed server counts on."""

import datetime
import random
import threading
import time

import pytest
import requests
from support.analytics import Figures, count, rows
from support.people import PASSWORD, People
from support.rest import Rest, expect, refused
from support.waiting import until

KILLS = 6
WRITERS = 4


def today():
    """The day of UTC."""
    return datetime.datetime.now(datetime.timezone.utc).date()


SESSIONS = "SELECT user_id FROM sessions UNION ALL SELECT user_id FROM ended_sessions"


def sessions(server):
    """How many were ever opened: by log-ins, for guests, and by `admin token`, which is how these tests get theirs."""
    return count(server, f"SELECT count(*) FROM ({SESSIONS})")


def active_users(server):
    """Whoever does something here has a session."""
    return count(server, f"SELECT count(DISTINCT user_id) FROM ({SESSIONS})")


@pytest.fixture
def counted(own_server):
    """A server of one's own, people on it, and its figures."""
    server = own_server("--max-attempts-enter", "3")
    people = People(server)
    return people, Figures(people)


def test_everything_is_counted_once_under_its_name(counted):
    people, figures = counted
    first, second, third = people.users(3)
    anyone = Rest(people.server.url)
    expect(anyone.post("/auth/register", {"username": "newcomer", "email": "n@example.com", "password": PASSWORD}), 201)
    expect(anyone.post("/auth/guest", {}), 200)
    first.log_in()
    refused(anyone.post("/auth/login", {"login": "nobody-of-this-name", "password": PASSWORD}), 401)
    for _ in range(3):
        refused(anyone.post("/auth/login", {"login": second.username, "password": "wrong"}), 401)
    refused(anyone.post("/auth/login", {"login": second.username, "password": PASSWORD}), 401)  # locked by now
    lively, quiet = first.room("lively", [second]), first.room("quiet")
    for number in range(5):
        first.say(lively["id"], f"message {number}", key=f"key-{number}")
    first.say(lively["id"], "message 4", key="key-4")  # a repetition is no message
    second.say(lively["id"], "an answer")
    first.say(quiet["id"], "alone")
    gone = first.room("gone")
    first.say(gone["id"], "lost")
    expect(first.rest.delete(f"/rooms/{gone['id']}"), 204)
    moved = first.remind("moved", **{"in": "PT1H"})
    expect(first.rest.patch(f"/reminders/{moved['id']}", {"due_at": "2035-01-01T00:00:00Z"}), 200)
    first.remind("mailed", **{"in": "PT1S"}, email=True)
    # Who is gone before it is counted that they were there does not count as active.
    until(lambda: figures.totals()["logins_ok"] == sessions(people.server), 60, "the sessions to be counted", 0.1)
    expect(third.rest.delete("/users/me"), 204)

    accounts = count(people.server, "SELECT count(*) FROM users WHERE role <> 0")
    figures.until(
        {
            "registrations": accounts,
            "guests": 1,
            "users_deleted": 1,
            "logins_ok": sessions(people.server),
            "logins_failed": 5,
            "unknown_user": 1,
            "wrong_password": 3,
            "locked": 1,
            "rooms_created": 3,
            "rooms_deleted": 1,
            "messages": 8,
            "reminders_created": 2,
            "reminders_fired": 1,
            "reminders_delivered": 1,
            "notifications_sent": 2,  # the reminder, and the link to confirm the address
        }
    )
    report = figures.report()
    assert report["to"] == str(today())
    assert report["from"] == str(today() - datetime.timedelta(29))
    assert len(report["days"]) == 30
    assert report["days"][-1]["day"] == str(today())
    assert report["days"][-1]["messages"] == 8
    active = active_users(people.server)
    assert report["days"][-1]["active_users"] == active
    assert report["days"][0]["messages"] == 0
    assert report["top_rooms"] == [
        {"room_id": lively["id"], "name": "lively", "messages": 6},
        {"room_id": quiet["id"], "name": "quiet", "messages": 1},
        {"room_id": gone["id"], "name": None, "messages": 1},
    ]
    expect(second.rest.delete("/users/me"), 204)
    assert not rows(people.server, "SELECT 1 FROM analytics_users WHERE user_id IN (?, ?)", second.id, third.id)
    assert figures.report()["days"][-1]["active_users"] == active
    metrics = anyone.get("/metrics").text
    assert "callboard_analytics_events_total " in metrics
    assert "callboard_analytics_duplicates_total 0" in metrics
    assert "callboard_analytics_lag_seconds_bucket" in metrics


def test_a_range_is_days_in_order(counted):
    _, figures = counted
    get = figures.admin.rest.get
    one = figures.report(f"?from={today()}&to={today()}")
    assert [day["day"] for day in one["days"]] == [str(today())]
    year = figures.report("?from=2024-01-01&to=2024-12-31")
    assert len(year["days"]) == 366
    assert set(year["totals"].values()) == {0}
    assert len(figures.report("?to=2024-02-29")["days"]) == 30
    assert figures.report("?from=2000-01-01&to=2000-01-01")["top_rooms"] == []
    refused(get("/admin/analytics?from=yesterday"), 422, "validation_failed", "/from")
    refused(get("/admin/analytics?from=2026-02-30"), 422, "validation_failed", "/from")
    both = refused(get("/admin/analytics?from=&to=2026-1-1"), 422, "validation_failed", "/to")
    assert [error["pointer"] for error in both["errors"]] == ["/from", "/to"]
    refused(get("/admin/analytics?from=2026-05-02&to=2026-05-01"), 422, "validation_failed", "/to")
    refused(get("/admin/analytics?from=2024-01-01&to=2025-01-01"), 422, "validation_failed", "/from")
    refused(get("/admin/analytics?from=2024-01-01"), 422, "validation_failed", "/from")


class Writer(threading.Thread):
    """Sends messages with keys, each again until it is acknowledged, through all restarts of the server."""

    def __init__(self, person, room, name):
        super().__init__()
        self.person, self.room, self.label = person, room, name
        self.stopping = threading.Event()
        self.sent = 0

    def run(self):
        while not self.stopping.is_set():
            body = {"text": f"{self.label} {self.sent}", "key": f"{self.label}-{self.sent}"}
            try:
                answer = self.person.rest.post(f"/rooms/{self.room}/messages", body, timeout=60)
                assert answer.status_code in (200, 201, 503), answer.text
                self.sent += answer.status_code != 503
            except requests.RequestException:
                time.sleep(0.02)


def test_a_server_that_is_killed_in_the_middle_counts_each_event_once(counted, seed):
    people, figures = counted
    server = people.server
    chance = random.Random(seed)
    persons = people.users(WRITERS)
    rooms = [person.room(f"room {number}")["id"] for number, person in enumerate(persons)]
    writers = [Writer(person, room, f"w{number}") for number, (person, room) in enumerate(zip(persons, rooms))]
    for writer in writers:
        writer.start()
    try:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, 0.9))
            server.kill()
            server.start()
    finally:
        for writer in writers:
            writer.stopping.set()
        for writer in writers:
            writer.join(90)
    assert not any(writer.is_alive() for writer in writers)
    stored = count(server, "SELECT count(*) FROM room_events WHERE kind = 0")
    assert stored >= sum(writer.sent for writer in writers) > 0
    accounts = count(server, "SELECT count(*) FROM users")
    expected = {
        "registrations": accounts,
        "logins_ok": sessions(server),
        "rooms_created": WRITERS,
        "messages": stored,
    }
    figures.until(expected)
    until(lambda: count(server, "SELECT count(*) FROM outbox") == 0, 60, "an empty outbox")
    server.restart()
    figures.until(expected)
    by_room = {room["room_id"]: room["messages"] for room in figures.report()["top_rooms"]}
    of_store = dict(rows(server, "SELECT room_id, count(*) FROM room_events WHERE kind = 0 GROUP BY room_id"))
    assert by_room == of_store
    assert figures.report()["days"][-1]["active_users"] == active_users(server)
