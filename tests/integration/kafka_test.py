"""The real binary with a real Kafka: what happens is published, whatever becomes of the broker meanwhile."""

import os
import uuid

import pytest
from support import kafka
from support.doctor import until_well
from support.metrics import figure
from support.people import PASSWORD, People
from support.rest import Rest, expect
from support.server import free_port, run
from support.waiting import until

SMTP_URL = os.environ.get("CALLBOARD_TEST_SMTP_URL", "")
# Everything that the server publishes.
TYPES = {
    "user.created",
    "user.deleted",
    "user.role_changed",
    "user.disabled",
    "user.enabled",
    "user.locked",
    "session.created",
    "session.revoked",
    "login.failed",
    "room.created",
    "room.deleted",
    "member.added",
    "member.removed",
    "message.created",
    "reminder.created",
    "reminder.fired",
    "reminder.delivered",
    "reminder.snoozed",
    "reminder.cancelled",
    "reminder.failed",
    "notification.sent",
    "notification.failed",
}


@pytest.fixture
def start(own_server):
    """Starts a server that publishes to Kafka."""

    def begin(*flags, brokers=None, **more):
        return own_server("--kafka-brokers", brokers or kafka.brokers(), *flags, **more)

    return begin


@pytest.fixture
def reader(start):
    """Reads the topics from now on; they are there."""
    server = start()
    made = kafka.Reader()
    assert server.stop() == 0
    yield made
    made.close()


def mine(events, server):
    """Those of one server, by its public URL."""
    return [event for event in events if event.headers.get("ce_source") == server.source]


def named(start, *flags, **more):
    """A server that events can be told by."""
    source = f"https://{uuid.uuid4()}.example"
    server = start("--public-url", source, *flags, **more)
    server.source = source
    return server


def live_through_everything(server):
    """Makes an event of every type."""
    people = People(server)
    first, second, third = people.users(3)
    anyone = Rest(server.url)
    body = {"username": "newcomer", "email": "new@example.com", "password": PASSWORD, "full_name": 'Ню "N" \\ 1'}
    expect(anyone.post("/auth/register", body), 201)
    for login in (first.username, "nobody-of-this-name"):
        assert anyone.post("/auth/login", {"login": login, "password": "wrong"}).status_code == 401
    session = third.log_in()
    expect(Rest(server.url, session["access_token"]).post("/auth/logout", {}), 204)
    room = first.room("the room", [second])
    for number in range(50):
        first.say(room["id"], f"message {number} \n\t\u0001 привет 👍", key=f"key-{number}")
    first.say(room["id"], "an answer", reply_to=1)
    assert first.add_members(room["id"], third).status_code in (200, 201)
    expect(first.remove_member(room["id"], third), 204)
    other = first.room("to be removed", [second])
    expect(first.rest.delete(f"/rooms/{other['id']}"), 204)
    soon = first.remind("soon", **{"in": "PT1S"})
    second.remind("mailed", **{"in": "PT1S"}, email=True)
    refused = people.user(email="answer-550@example.com")  # as the mail catcher is asked to
    refused.remind("refused for good", **{"in": "PT1S"}, email=True)
    late = first.remind("late", **{"in": "PT1H"})
    assert first.rest.delete(f"/reminders/{late['id']}").status_code in (200, 204)

    def reminder():
        return expect(first.rest.get(f"/reminders/{soon['id']}"), 200)

    until(lambda: reminder()["fired_count"] == 1, 60, "the reminder to fire")
    expect(first.rest.post(f"/reminders/{soon['id']}/snooze", {"in": "PT1H"}), 200)
    expect(first.rest.post(f"/reminders/{soon['id']}/done", {}), 200)
    expect(third.rest.delete("/users/me"), 204)
    admin, fourth = people.admin(), people.user()
    for change in ({"role": "admin"}, {"role": "user"}, {"disabled": True}, {"disabled": False}):
        expect(admin.rest.patch(f"/admin/users/{fourth.id}", change), 200)
    for _ in range(16):  # the last one finds the account locked
        assert anyone.post("/auth/login", {"login": fourth.username, "password": "wrong"}).status_code == 401
    return room["id"]


def test_everything_that_happens_is_published_once_valid_and_in_order(start, reader):
    assert SMTP_URL, "CALLBOARD_TEST_SMTP_URL is not set: scripts/services start smtp"
    server = named(start, "--smtp-url", SMTP_URL)
    room = live_through_everything(server)
    reader.until(lambda all_: TYPES <= {event.type for event in mine(all_, server)})

    def are_all_published():
        """Whether what was published has been read, and nothing waits: a letter may have been written later."""
        rest = Rest(server.url)
        return figure(rest, "callboard_outbox_rows") == 0 and figure(rest, "callboard_events_published_total") == len(
            mine(reader.rest(), server))

    until(are_all_published, 60, "all events, each counted once")
    events = mine(reader.events, server)
    assert {event.type for event in events} == TYPES
    for event in events:
        kafka.check(event)
    assert len({event.id for event in events}) == len(events)
    said = [event.data for event in events if event.type == "message.created" and event.key == str(room)]
    assert [each["offset"] for each in said] == sorted(each["offset"] for each in said)
    assert [each.get("key") for each in said] == [f"key-{number}" for number in range(50)] + [None]
    rooms = [event for event in events if event.topic == "callboard.rooms" and event.key == str(room)]
    about = [event.type for event in sorted(rooms, key=lambda each: each.offset)]
    assert about[0] == "room.created" and about[-1] == "member.removed"
    assert figure(Rest(server.url), "callboard_events_dead_total") == 0
    assert server.stop() == 0


def test_routes_copy_registrations_for_older_consumers(start):
    copies, older = f"users.{uuid.uuid4()}", f"uploading.{uuid.uuid4()}"
    server = named(start, "--event-routes", f"user.created={copies},user.created={older};key=new_user")
    reader = kafka.Reader((copies, older))
    body = {"username": "anna", "email": "anna@example.com", "password": PASSWORD, "full_name": "Anna A"}
    user = expect(Rest(server.url).post("/auth/register", body), 201)["user"]
    events = {event.topic: event for event in reader.until(lambda all_: len(all_) == 2)}
    reader.close()
    created = user["created_at"]
    assert events[copies].key == str(user["id"])
    assert events[copies].data == {
        "user_id": user["id"],
        "username": "anna",
        "full_name": "Anna A",
        "role": "user",
        "created_at": created,
    }
    assert events[older].key == "new_user"
    assert events[older].data == {"user_id": user["id"], "username": "anna", "full_name": "Anna A", "created_at": created}
    assert events[older].id == events[copies].id
    assert server.stop() == 0
    kafka.delete_topics(copies, older)


def test_kafka_killed_and_back_loses_nothing(start, reader):
    server = named(start)
    person = People(server).user()
    room = person.room()["id"]
    for number in range(100):
        if number == 30:
            kafka.service("kill")
        if number == 60:
            until(lambda: figure(Rest(server.url), "callboard_outbox_rows") > 0, 60, "events waiting in the outbox")
            until(lambda: figure(Rest(server.url), "callboard_outbox_oldest_age_seconds") > 0, 60, "an age")
            kafka.service("start")
        person.say(room, str(number))

    def said(events):
        return [event for event in mine(events, server) if event.type == "message.created"]

    reader.until(lambda all_: len({event.id for event in said(all_)}) == 100, 60)
    seen, texts = set(), []
    for event in said(reader.rest()):
        kafka.check(event)
        if event.id not in seen:
            seen.add(event.id)
            texts.append(event.data["text"])
    assert texts == [str(number) for number in range(100)]
    until(lambda: figure(Rest(server.url), "callboard_outbox_rows") == 0, 60, "an empty outbox")
    assert server.stop() == 0


def test_without_kafka_the_server_works_and_publishes_later(start, reader):
    port = free_port()
    server = named(start, "--drain-timeout", "30s", brokers=f"127.0.0.1:{port}")
    first, second = People(server).users(2)
    room = first.room("early", [second])["id"]
    first.say(room, "hello")
    streams = until(lambda: figure(Rest(server.url), "callboard_outbox_rows") > 0, 60, "events waiting in the outbox")
    assert streams
    assert server.stop() == 0  # 4 if it had waited for Kafka until --drain-timeout
    server.flags = [kafka.brokers() if flag == f"127.0.0.1:{port}" else flag for flag in server.flags]
    server.start()
    reader.until(lambda all_: "message.created" in {event.type for event in mine(all_, server)})
    until(lambda: figure(Rest(server.url), "callboard_outbox_rows") == 0, 60, "an empty outbox")


def test_a_full_outbox_refuses_what_adds_to_it_and_nothing_else(start):
    server = named(start, "--outbox-max-rows", "1000", brokers=f"127.0.0.1:{free_port()}")
    people = People(server)
    person = people.user()
    session = person.log_in()
    room = person.room()["id"]
    server.import_users([people.record(f"filler{number:04d}") for number in range(1000)])
    answers = []

    def refused():
        answers.append(person.rest.post(f"/rooms/{room}/messages", {"text": "x"}))
        return answers[-1].status_code == 507

    until(refused, 60, "a refusal")
    refusal = answers[-1]
    assert refusal.json()["code"] == "storage_full"
    assert "wait to be published" in refusal.json()["detail"]
    assert person.rest.post("/rooms", {"name": "another"}).status_code == 507
    assert person.rest.post("/reminders", {"text": "x", "in": "PT1H"}).status_code == 507
    expect(person.rest.get(f"/rooms/{room}/messages"), 200)
    expect(Rest(server.url, session["access_token"]).post("/auth/logout", {}), 204)
    assert figure(Rest(server.url), "callboard_outbox_refusals_total") >= 3
    server.flags = [kafka.brokers() if flag.startswith("127.0.0.1:") else flag for flag in server.flags]
    server.restart()
    until(
        lambda: person.rest.post(f"/rooms/{room}/messages", {"text": "y"}).status_code == 201, 60, "the outbox to drain"
    )


def test_a_dead_event_is_listed_and_replayed(start, reader):
    server = named(start)
    person = People(server).user()
    room = person.room()["id"]
    kafka.limit_messages("callboard.rooms", 2_000)
    try:
        person.say(room, "long " + "x" * 4_000)
        person.say(room, "short")
        until(lambda: figure(Rest(server.url), "callboard_events_dead_total") == 1, 60, "the dead event")
        reader.until(lambda all_: any(b"short" in event.value for event in mine(all_, server)))
        listed = server.admin("outbox", "list").stdout.splitlines()
        assert len(listed) == 1
        identifier, kind, key, *_, reason = listed[0].split("\t")
        assert (kind, key) == ("message.created", str(room))
        assert "callboard.rooms" in reason
    finally:
        kafka.limit_messages("callboard.rooms", 1_048_588)
    assert server.admin("outbox", "replay", "0" * 8 + identifier[8:], check=False).returncode == 1
    assert server.admin("outbox", "replay", "nonsense", check=False).returncode == 2
    assert server.admin("outbox", "replay", identifier).stdout == "replayed 1 event\n"
    events = reader.until(lambda all_: any(event.id == identifier for event in all_))
    kafka.check(next(event for event in events if event.id == identifier))
    assert server.admin("outbox", "list").stdout == ""


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (["--event-routes", "user.created=x"], "needs --kafka-brokers"),
        (["--kafka-brokers", "localhost:9092", "--event-routes", "user.made=x"], "there is no event type 'user.made'"),
        (["--kafka-brokers", "localhost:9092", "--event-routes", "room.created=x;key=y"], "only user.created has"),
        (["--kafka-brokers", "localhost:9092", "--event-routes", "user.created=a b"], "cannot be the name of a topic"),
        (["--kafka-brokers", "localhost"], "must be HOST:PORT"),
        (["--outbox-max-rows", "1"], "must be a number"),
    ],
)
def test_wrong_configuration_is_told(flags, complaint, tmp_path):
    for command in (["config", "check"], ["serve", "--data-dir", tmp_path / "data"]):
        done = run(*command, *flags, cwd=tmp_path)
        assert done.returncode == 2, done
        assert complaint in done.stderr


def test_the_doctor_finds_the_topics(reader, tmp_path):
    """And says so; it makes none itself, and no server is needed."""
    assert reader
    done = until_well(tmp_path, "--kafka-brokers", kafka.brokers())
    assert f"ok       kafka          {kafka.brokers()} answers, every topic is there." in done.stdout.splitlines()
