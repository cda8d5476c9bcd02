"""The topic of rooms as an independent consumer sees it, with the time at which Kafka took each message."""

import datetime
import json
import time
from dataclasses import dataclass

from servers import Failed
from toolchain import Missing

try:
    import confluent_kafka
    from confluent_kafka.admin import AdminClient, NewTopic
except ImportError:
    confluent_kafka = None

ROOMS = "callboard.rooms"
PARTITIONS = 64
PREFIX = "callboard."
# The broker gives the time. Files go with their topic, not a minute later in the middle of another run.
CONFIGURATION = {"message.timestamp.type": "LogAppendTime", "file.delete.delay.ms": "0"}
QUIET = {"log_level": 0, "reconnect.backoff.max.ms": 500}
WITHIN = 60


@dataclass(frozen=True)
class Said:
    """A `message.created`: the client key of its message, and times in milliseconds since the epoch."""

    key: str
    begun: int  # the time of the transaction that stored it, before its commit, from `ce_time`
    appended: int  # when the broker wrote it to its log


def check_installed():
    """A Missing if there is no consumer to read with."""
    if confluent_kafka is None:
        raise Missing("python3-confluent-kafka is not installed (scripts/packages/bench.list)")


def renew(brokers):
    """Deletes callboard's topics and makes that of the rooms anew: empty, and its messages bear the broker's time."""
    admin = AdminClient({"bootstrap.servers": brokers, **QUIET})
    old = own_topics(admin)
    if old:
        wait_for(admin.delete_topics(old, operation_timeout=WITHIN))
    deadline = time.monotonic() + WITHIN
    while own_topics(admin):
        if time.monotonic() > deadline:
            raise Failed("Kafka does not delete callboard's topics")
        time.sleep(0.1)
    wait_for(admin.create_topics([NewTopic(ROOMS, PARTITIONS, 1, config=CONFIGURATION)]))


def own_topics(admin):
    return [name for name in admin.list_topics(timeout=WITHIN).topics if name.startswith(PREFIX)]


def wait_for(futures):
    for name, future in futures.items():
        try:
            future.result(WITHIN)
        except confluent_kafka.KafkaException as error:
            raise Failed(f"Kafka, topic {name}: {error}") from None


def read_said(brokers):
    """All that was said in rooms, each partition in its order."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": brokers, "group.id": "bench", "enable.auto.commit": False,
                                         "auto.offset.reset": "earliest", **QUIET})
    try:
        places = [confluent_kafka.TopicPartition(ROOMS, number, 0) for number in range(PARTITIONS)]
        ends = {each.partition: consumer.get_watermark_offsets(each, timeout=WITHIN)[1] for each in places}
        left = {number for number, end in ends.items() if end > 0}
        consumer.assign([each for each in places if each.partition in left])
        found, deadline = [], time.monotonic() + WITHIN
        while left:
            if time.monotonic() > deadline:
                raise Failed(f"topic {ROOMS} was not read to its end in {WITHIN} s")
            for raw in consumer.consume(5000, 0.2):
                if raw.error() is not None:
                    continue
                said = said_in(raw)
                if said:
                    found.append(said)
                if raw.offset() + 1 >= ends[raw.partition()]:
                    left.discard(raw.partition())
        return found
    finally:
        consumer.close()


def said_in(raw):
    """The Said of a message of the topic; None for other events."""
    kind, milliseconds = raw.timestamp()
    if kind != confluent_kafka.TIMESTAMP_LOG_APPEND_TIME:
        raise Failed(f"topic {ROOMS} does not hold the times at which the broker wrote its messages")
    headers = dict(raw.headers())
    if headers["ce_type"] != b"message.created":
        return None
    return Said(json.loads(raw.value()).get("key", ""), milliseconds_of(headers["ce_time"].decode()), milliseconds)


def milliseconds_of(text):
    """An RFC 3339 time as milliseconds since the epoch."""
    moment = datetime.datetime.fromisoformat(text)
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)
