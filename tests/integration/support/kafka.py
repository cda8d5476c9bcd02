"""What the tests see of Kafka: a consumer that belongs to nobody, and the broker as a process."""

import json
import os
import pathlib
import subprocess
import time

import confluent_kafka
import jsonschema
from confluent_kafka.admin import AdminClient, ConfigResource
from support.waiting import until

TOP = pathlib.Path(__file__).resolve().parents[3]
SCHEMAS = TOP / "schema/events"
TOPICS = ("callboard.users", "callboard.rooms", "callboard.reminders", "callboard.notifications")
QUIET = {"log_level": 0, "reconnect.backoff.max.ms": 500}
WITHOUT_LEADER = (
    confluent_kafka.KafkaError.NOT_LEADER_FOR_PARTITION,
    confluent_kafka.KafkaError.LEADER_NOT_AVAILABLE,
    confluent_kafka.KafkaError.UNKNOWN_TOPIC_OR_PART,  # the broker that leads it has not been told of it yet
)


def brokers():
    """The address of the broker for tests."""
    address = os.environ.get("CALLBOARD_TEST_KAFKA_BROKERS")
    assert address, (
        "CALLBOARD_TEST_KAFKA_BROKERS is not set: run scripts/services start kafka, and take its address from "
        "scripts/services --for-tests environment"
    )
    return address


def service(command):
    """scripts/services COMMAND kafka."""
    subprocess.run([TOP / "scripts/services", command, "kafka"], check=True, capture_output=True, timeout=120)


def delete_topics(*names):
    """Removes topics of a test: partitions that nobody uses make each restart of the broker slower."""
    admin = AdminClient({"bootstrap.servers": brokers(), **QUIET})
    for future in admin.delete_topics(list(names), operation_timeout=20).values():
        future.result(60)


def limit_messages(topic, size, probe=3_000):
    """Sets the largest batch that a topic takes, and waits until the broker judges a message of `probe` bytes by it."""
    admin = AdminClient({"bootstrap.servers": brokers(), **QUIET})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, set_config={"max.message.bytes": str(size)})
    for future in admin.alter_configs([resource]).values():
        future.result(60)
    producer = confluent_kafka.Producer({"bootstrap.servers": brokers(), **QUIET})
    refused = []

    def is_applied():
        refused.clear()
        producer.produce(topic, b"x" * probe, partition=0, on_delivery=lambda error, _: refused.append(error is not None))
        producer.flush(20)
        return refused == [probe > size]

    until(is_applied, 60, f"{topic} to take at most {size} bytes", 0.1)


def murmur2(data):
    """As Kafka's Java client computes it (org.apache.kafka.common.utils.Utils)."""
    mask, multiplier = 0xFFFFFFFF, 0x5BD1E995
    value = (0x9747B28C ^ len(data)) & mask
    whole = len(data) // 4 * 4
    for i in range(0, whole, 4):
        word = int.from_bytes(data[i : i + 4], "little") * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        value = (value * multiplier & mask) ^ word
    if len(data) > whole:
        value = (value ^ int.from_bytes(data[whole:], "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


class Event:
    """A message of a topic. Those that are not callboard's own, such as probes of `limit_messages`, may have no key."""

    def __init__(self, message):
        self.topic = message.topic()
        self.partition = message.partition()
        self.offset = message.offset()
        self.key = None if message.key() is None else message.key().decode()
        self.value = message.value()
        self.headers = {name: value.decode() for name, value in message.headers() or []}
        self.type = self.headers.get("ce_type")
        self.id = self.headers.get("ce_id")

    @property
    def data(self):
        """The value as JSON."""
        return json.loads(self.value)

    def __repr__(self):
        return f"{self.topic}/{self.partition}@{self.offset} {self.type} {self.key} {self.value!r}"


def ends_of(consumer, place, seconds):
    """Where a partition begins and ends; one that was made just now, or whose broker was silent, may have no leader."""
    limit = time.monotonic() + seconds
    while True:
        try:
            return consumer.get_watermark_offsets(place, timeout=60)
        except confluent_kafka.KafkaException as failure:
            if failure.args[0].code() not in WITHOUT_LEADER or time.monotonic() > limit:
                raise
        time.sleep(0.1)


class Reader:
    """Reads all partitions of topics, from where their ends are when it is made; `address` is that of another broker."""

    def __init__(self, topics=TOPICS, seconds=90, address=None):
        self.consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": address or brokers(), "group.id": "tests", "enable.auto.commit": False, **QUIET}
        )
        self.events = []
        places = []
        for topic in topics:
            for partition in self._partitions(topic, seconds):
                place = confluent_kafka.TopicPartition(topic, partition)
                _, place.offset = ends_of(self.consumer, place, seconds)
                places.append(place)
        self.consumer.assign(places)

    def _partitions(self, topic, seconds):
        limit = time.monotonic() + seconds
        while True:
            known = self.consumer.list_topics(timeout=60).topics.get(topic)
            if known is not None and known.error is None and known.partitions:
                return sorted(known.partitions)
            assert time.monotonic() < limit, f"there is no topic {topic}"
            time.sleep(0.1)

    def until(self, condition, seconds=60, what="events"):
        """Reads until `condition(events)` is true."""
        limit = time.monotonic() + seconds
        while not condition(self.events):
            assert time.monotonic() < limit, f"{what}: not within {seconds} s; {self.events[-20:]}"
            self._read(0.2)
        return self.events

    def rest(self, seconds=1.5):
        """Reads what else comes."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            self._read(0.2)
        return self.events

    def _read(self, seconds):
        for message in self.consumer.consume(500, seconds):
            if message.error() is None:
                self.events.append(Event(message))

    def close(self):
        """Ends the consumer."""
        self.consumer.close()


def everything(topics=TOPICS, seconds=60):
    """What is in the topics now, from the beginning; in order within each partition."""
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": brokers(), "group.id": "tests", "enable.auto.commit": False, **QUIET}
    )
    try:
        left, places = {}, []
        for topic in topics:
            for partition in consumer.list_topics(topic, timeout=60).topics[topic].partitions:
                place = confluent_kafka.TopicPartition(topic, partition)
                place.offset, end = ends_of(consumer, place, seconds)
                if end > place.offset:
                    left[topic, partition] = end
                    places.append(place)
        consumer.assign(places)
        limit = time.monotonic() + seconds
        events = []
        while left:
            assert time.monotonic() < limit, f"not read to the end within {seconds} s: {left}"
            for message in consumer.consume(1_000, 0.2):
                if message.error() is None:
                    events.append(Event(message))
            for place in consumer.position([confluent_kafka.TopicPartition(*each) for each in left]):
                if place.offset >= left[place.topic, place.partition]:
                    del left[place.topic, place.partition]
        return events
    finally:
        consumer.close()


def check(event):
    """An event of callboard's own topics is whole, valid and in its place."""
    assert set(event.headers) == {
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_time",
        "ce_subject",
        "content-type",
    }, event
    assert event.headers["ce_specversion"] == "1.0"
    assert event.headers["content-type"] == "application/json"
    assert event.headers["ce_subject"] == event.key
    schema = json.loads((SCHEMAS / f"{event.type}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(event.data)
    aggregate, place = {
        "callboard.users": ("user_id", "user_id"),
        "callboard.rooms": ("room_id", "room_id"),
        "callboard.reminders": ("reminder_id", "user_id"),  # beside its owner's other reminders
        "callboard.notifications": ("user_id", "user_id"),
    }[event.topic]
    assert event.key == str(event.data[aggregate]), event
    assert event.partition == (murmur2(str(event.data[place]).encode()) & 0x7FFFFFFF) % 64, event
