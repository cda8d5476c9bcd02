"""One trace from a REST send by way of PostgreSQL and Kafka to the consumer; its id is in the message's header."""

import os

import pytest
from support import kafka
from support.database import Database
from support.people import People
from support.rest import expect
from support.tracing import SEND, Trace, chain, tree


@pytest.fixture
def served(own_server, collector):
    """Two people in a room of a server on PostgreSQL and Kafka, which records what its peer says, and nothing else."""
    with Database() as database:
        server = own_server(
            "--kafka-brokers", kafka.brokers(), "--trace-endpoint", collector.url, "--trace-sample", "0",
            "--trusted-proxies", "127.0.0.0/8", "--node", "node-7", env={"CALLBOARD_DATABASE_URL": database.url},
        )  # fmt: skip
        ada, grace = People(server).users(2)
        yield ada, ada.room("traced", [grace])["id"]
        server.discard()


def test_one_trace_from_a_rest_send_to_its_kafka_consumer(served, collector):
    ada, room = served
    reader = kafka.Reader(["callboard.rooms"])
    trace = Trace()
    path = f"/rooms/{room}/messages"
    answer = ada.rest.post(path, {"text": "lights"}, headers={**trace.headers, "X-Request-Id": "request-1"})
    expect(answer, 201)
    spans = collector.until(trace.id, SEND, 60)
    assert spans[SEND[0]]["parent"] == trace.span
    chain(spans, *SEND)
    assert [spans[name]["kind"] for name in SEND] == ["server", "internal", "client", "producer", "consumer"]
    assert not any(each["failed"] for each in spans.values())
    assert all(each["resource"].items() >= {"service.name": "callboard", "service.instance.id": "node-7"}.items() for each in spans.values())
    attributes = {name: spans[name]["attributes"] for name in SEND}
    assert attributes[SEND[0]] == {
        "http.request.method": "POST", "http.route": "/rooms/{id}/messages", "http.response.status_code": 201,
        "callboard.request_id": "request-1",
    }  # fmt: skip
    assert attributes["room post"] == {"callboard.room": room}
    assert attributes["COMMIT"]["db.system.name"] == "postgresql"
    for name in SEND[3:]:
        assert attributes[name]["messaging.system"] == "kafka"
        assert attributes[name]["messaging.destination.name"] == "callboard.rooms"

    def told(events):
        return [each for each in events if trace.id in each.headers.get("traceparent", "")]

    event = told(reader.until(told, what="the traced event"))[0]
    reader.close()
    assert event.headers["traceparent"] == f"00-{trace.id}-{spans['send callboard.rooms']['span']}-01"
    assert event.id == attributes["send callboard.rooms"]["messaging.message.id"]
    assert event.data["text"] == "lights"
    if os.environ.get("CALLBOARD_SHOW_TRACE"):
        print(tree(list(spans.values())))


def test_what_is_in_no_trace_has_no_header_and_what_is_not_sampled_no_spans(served, collector):
    ada, room = served
    reader = kafka.Reader(["callboard.rooms"])
    quiet = Trace(sampled=False)
    ada.say(room, "no trace")
    expect(ada.rest.post(f"/rooms/{room}/messages", {"text": "not sampled"}, headers=quiet.headers), 201)
    loud = Trace()
    expect(ada.rest.post(f"/rooms/{room}/messages", {"text": "sampled"}, headers=loud.headers), 201)

    def of_room(events):
        return {each.data["text"]: each for each in events if each.type == "message.created" and each.data["room_id"] == room}

    events = of_room(reader.until(lambda found: len(of_room(found)) == 3))
    reader.close()
    assert "traceparent" not in events["no trace"].headers
    assert events["not sampled"].headers["traceparent"] == quiet.header
    kafka.check(events["no trace"])
    collector.until(loud.id, SEND, 60)
    # A new store counts all that the topics hold: traces of earlier tests are gone on with.
    others = [each for each in collector.spans() if each["trace"] != loud.id]
    assert all(each["trace"] != quiet.id and each["kind"] == "consumer" for each in others), others
