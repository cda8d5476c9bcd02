"""The topics as the checker reads them: every message from the beginning, by a consumer of its own."""

import dataclasses
import time

import confluent_kafka
from support.kafka import ends_of

DEAD = "callboard.dead"
TOPICS = ("callboard.users", "callboard.rooms", "callboard.reminders", "callboard.notifications", DEAD)
SECONDS = 90


@dataclasses.dataclass(frozen=True)
class Message:
    """One message; `event` is its `ce_id` as 32 hexadecimal digits."""

    topic: str
    partition: int
    offset: int
    key: str
    event: str
    type: str
    value: str
    time: int = 0  # milliseconds; when the broker wrote it


def message_of(raw):
    """A Message of the consumer's."""
    headers = {name: value.decode() for name, value in raw.headers() or []}
    return Message(raw.topic(), raw.partition(), raw.offset(), (raw.key() or b"").decode(),
                   headers.get("ce_id", "").replace("-", ""), headers.get("ce_type", ""), raw.value().decode(),
                   raw.timestamp()[1])  # fmt: skip


def read(brokers, topics=TOPICS):
    """All messages, each partition in its order."""
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": brokers, "group.id": "checker", "enable.auto.commit": False, "log_level": 0,
         "reconnect.backoff.max.ms": 500, "auto.offset.reset": "earliest"})  # fmt: skip
    try:
        known = consumer.list_topics(timeout=SECONDS).topics
        places, wanted = [], {}
        for topic in topics:
            for partition in known[topic].partitions if topic in known else ():
                place = confluent_kafka.TopicPartition(topic, partition, 0)
                first, end = ends_of(consumer, place, SECONDS)
                if end > first:
                    places.append(place)
                    wanted[topic, partition] = end
        consumer.assign(places)
        found, deadline = [], time.monotonic() + SECONDS
        while wanted:
            assert time.monotonic() < deadline, f"the topics cannot be read to their ends: {wanted}"
            for raw in consumer.consume(1000, 0.2):
                if raw.error() is None:
                    found.append(message_of(raw))
                    if raw.offset() + 1 >= wanted.get((raw.topic(), raw.partition()), float("inf")):
                        del wanted[raw.topic(), raw.partition()]
        return found
    finally:
        consumer.close()
