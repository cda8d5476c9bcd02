"""Analytics over a real Kafka: a topic that is read again, repetitions and kills change no figure.

The topics hold what earlier tests wrote, events of other servers among it, and messages that are none: a server with a
new store counts all that first, and the tests look at what is added.
"""

import json
import random
import time
import uuid

import confluent_kafka
import pytest
from support import kafka
from support.analytics import Figures, change, count, rows
from support.metrics import figure
from support.people import People
from support.rest import Rest
from support.waiting import until

KILLS = 4
# What makes a message an event.
ATTRIBUTES = {"ce_specversion", "ce_id", "ce_type", "ce_time"}


def last_events():
    """The offset of the last event in each stream: {(topic, partition): offset}. What is no event is passed over."""
    return {(each.topic, each.partition): each.offset for each in kafka.everything() if ATTRIBUTES <= set(each.headers)}


def until_counted(server, seconds=90):
    """Waits until every event that is in the topics now was taken."""
    wanted = last_events()
    behind = {}

    def caught_up():
        found = {(topic, partition): next_ for topic, partition, next_ in
                 rows(server, 'SELECT stream, "partition", next FROM log_positions WHERE consumer = ?', "analytics")}  # fmt: skip
        behind.clear()
        behind.update({place: offset for place, offset in wanted.items() if found.get(place, 0) <= offset})
        return not behind

    try:
        until(caught_up, seconds, "the analytics to catch up", 0.1)
    except AssertionError as error:
        raise AssertionError(f"{error}: behind in {behind}") from error


def until_published(server):
    """Waits until nothing waits in the outbox."""
    until(lambda: count(server, "SELECT count(*) FROM outbox") == 0, 60, "an empty outbox", 0.05)


@pytest.fixture
def counted(own_server):
    """A server on Kafka that has counted everything there was, people on it, and its figures."""
    server = own_server("--kafka-brokers", kafka.brokers())
    people = People(server)
    figures = Figures(people)
    people.users(1)  # so that none is made later
    until_published(server)
    until_counted(server)
    return people, figures


def live(people):
    """Makes some of everything; returns what it adds to the figures."""
    first, second = people.users(2)
    room = first.room("room", [second])["id"]
    for number in range(200):
        (first if number % 2 else second).say(room, f"message {number}")
    first.log_in()
    first.remind("soon", **{"in": "PT1S"})
    return {
        "rooms_created": 1,
        "messages": 200,
        "logins_ok": 1,
        "reminders_created": 1,
        "reminders_fired": 1,
        "reminders_delivered": 1,
    }


def test_the_whole_topic_replayed_twice_changes_no_figure(counted):
    people, figures = counted
    server = people.server
    before = figures.totals()
    expected = live(people)
    figures.until(expected, before)
    until_published(server)
    until_counted(server)
    report = figures.report()
    for _ in range(2):
        assert server.stop() == 0
        change(server, "DELETE FROM log_positions")
        server.start()
        until_counted(server)
        assert figures.report() == report
        assert figure(Rest(server.url), "callboard_analytics_events_total") == 0
        assert figure(Rest(server.url), "callboard_analytics_duplicates_total") >= sum(expected.values())
    assert server.stop() == 0


def uuid7():
    """A new id of version 7."""
    value = int(time.time() * 1000) << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)
    return str(uuid.UUID(int=value))


class Foreigner:
    """Writes messages of its own into a topic's partition."""

    def __init__(self, topic, partition):
        self.producer = confluent_kafka.Producer({"bootstrap.servers": kafka.brokers(), **kafka.QUIET})
        self.topic, self.partition = topic, partition

    def event(self, kind, data, key="1", identifier=None):
        """Writes an event; returns its id."""
        identifier = identifier or uuid7()
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        headers = {"ce_specversion": "1.0", "ce_id": identifier, "ce_type": kind, "ce_source": "/test", "ce_time": moment,
                   "ce_subject": key, "content-type": "application/json"}  # fmt: skip
        value = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.producer.produce(self.topic, value, key, self.partition, headers=headers)
        return identifier

    def noise(self):
        """Writes what is no event."""
        self.producer.produce(self.topic, b"\x00no event", partition=self.partition)

    def flush(self):
        """Waits until all of it is written."""
        assert self.producer.flush(30) == 0


def test_repetitions_count_once_and_what_is_no_event_is_passed_over(counted):
    people, figures = counted
    before = figures.totals()
    stranger = Foreigner("callboard.users", 11)
    deleted = {"user_id": 1, "created_at": "2026-01-01T00:00:00.000Z"}
    first = stranger.event("user.deleted", deleted)
    stranger.noise()
    for _ in range(3):
        stranger.event("user.deleted", deleted, identifier=first)
    stranger.event("user.created", b"no JSON")
    stranger.event("user.created", {"user_id": 1})  # without its role
    stranger.event("something.else", {"user_id": 1})
    second = stranger.event("user.deleted", deleted)
    stranger.event("user.deleted", deleted, identifier=second)
    stranger.flush()
    until_counted(people.server)
    figures.until({"users_deleted": 2}, before)
    # The same ids once more, long after, and through another topic of the partition.
    stranger.event("user.deleted", deleted, identifier=first)
    elsewhere = Foreigner("callboard.reminders", 11)
    elsewhere.event("user.deleted", deleted, identifier=second)
    elsewhere.event("user.deleted", deleted)
    stranger.noise()  # nothing follows it
    stranger.flush()
    elsewhere.flush()
    until_counted(people.server)
    figures.until({"users_deleted": 3}, before)
    people.server.restart()
    until_counted(people.server)
    figures.until({"users_deleted": 3}, before)


def test_a_server_that_is_killed_in_the_middle_counts_each_event_once(counted, seed):
    people, figures = counted
    server = people.server
    chance = random.Random(seed)
    before = figures.totals()
    person = people.user()
    room = person.room()["id"]
    said = 0
    for _ in range(KILLS):
        for _ in range(150):
            person.say(room, f"message {said}")
            said += 1
        time.sleep(chance.uniform(0.0, 0.3))
        server.kill()  # some of it is published and counted, some is one of both, some is neither
        server.start()
    figures.until({"rooms_created": 1, "messages": said}, before, 60)
    until_published(server)
    until_counted(server)
    figures.until({"rooms_created": 1, "messages": said}, before)
    shown = {each["room_id"]: each["messages"] for each in figures.report()["top_rooms"]}
    assert shown[room] >= said  # rooms of other servers may have its number
