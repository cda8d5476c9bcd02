"""Traces on the embedded parts: who decides what is recorded, what WebSocket clients say, what the log tells, and a collector
that is of no use."""

import http.client
import json

import pytest
from support.analytics import rows
from support.metrics import figure
from support.people import People
from support.rest import Rest, expect
from support.server import free_port, run
from support.tracing import SEND, Collector, Trace, chain
from support.waiting import until

TRUSTED = ("--trusted-proxies", "127.0.0.0/8")
GARBAGE = (
    "", "x", "00", "00-0-0-01", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-02",
    "0" * 4_000,
)  # fmt: skip


@pytest.fixture
def traced(own_server, collector):
    """Makes a server that sends its spans there, with a person on it and a room."""

    def make(*flags):
        server = own_server("--trace-endpoint", collector.url, *flags)
        ada = People(server).user()
        return ada, ada.room("traced")["id"]

    return make


def spans(server, outcome):
    """How many spans came to this end."""
    return figure(Rest(server.url), f'callboard_trace_spans_total{{outcome="{outcome}"}}')


def log_of(server):
    """The lines of the log, which is JSON."""
    return [json.loads(line) for line in server.err_path.read_text().splitlines() if line.startswith("{")]


def test_a_send_is_one_trace_to_the_consumer(traced, collector):
    ada, room = traced(*TRUSTED, "--trace-sample", "0")
    trace = Trace()
    expect(ada.rest.post(f"/rooms/{room}/messages", {"text": "lights"}, headers=trace.headers), 201)
    spans = collector.until(trace.id, SEND)
    assert spans[SEND[0]]["parent"] == trace.span
    chain(spans, *SEND)
    assert spans["COMMIT"]["attributes"]["db.system.name"] == "sqlite"
    assert spans[SEND[3]]["attributes"]["messaging.system"] == "callboard"


def test_rooms_reminders_and_accounts_are_traced_too(traced, collector):
    ada, _ = traced(*TRUSTED, "--trace-sample", "0")
    made, reminded, registered = Trace(), Trace(), Trace()
    expect(ada.rest.post("/rooms", {"name": "another"}, headers=made.headers), 201)
    chain(collector.until(made.id, names := ("POST /rooms", "user create room", "COMMIT", "send callboard.rooms", "process callboard.rooms")), *names)
    expect(ada.rest.post("/reminders", {"text": "tea", "in": "PT1H"}, headers=reminded.headers), 201)
    names = ("POST /reminders", "partition add reminder", "COMMIT", "send callboard.reminders", "process callboard.reminders")
    chain(collector.until(reminded.id, names), *names)
    body = {"username": "newcomer", "email": "newcomer@example.com", "password": "violet-harbour-47-lantern"}
    expect(Rest(ada.server.url).post("/auth/register", body, headers=registered.headers), 201)
    names = ("POST /auth/register", "auth register", "COMMIT", "send callboard.users", "process callboard.users")
    chain(collector.until(registered.id, names), *names)


def asked_since(collector, before):
    """The span of the request for oneself among those that came after so many; spans of what was done earlier may, too."""
    return next((each for each in collector.spans()[before:] if each["name"] == "GET /users/me"), None)


def test_the_caller_decides_only_if_it_is_trusted(traced, collector):
    ada, _ = traced("--trace-sample", "0")
    for _ in range(20):
        expect(ada.rest.get("/users/me", headers=Trace().headers), 200)
    ada.server.stop()
    assert not collector.spans()


def test_without_a_decision_the_ratio_decides_and_a_foreign_trace_goes_on(traced, collector):
    ada, _ = traced("--trace-sample", "1")
    trace = Trace(sampled=False)
    expect(ada.rest.get("/users/me", headers=trace.headers), 200)
    assert collector.until(trace.id, ["GET /users/me"])["GET /users/me"]["parent"] == trace.span
    before = len(collector.spans())
    expect(ada.rest.get("/users/me"), 200)
    own = until(lambda: asked_since(collector, before), 60, "a trace of our own")
    assert own["parent"] == "" and own["trace"] != trace.id and int(own["trace"], 16) != 0


@pytest.mark.parametrize("text", GARBAGE)
def test_what_is_no_traceparent_begins_a_new_trace(traced, collector, text):
    ada, _ = traced(*TRUSTED, "--trace-sample", "1")
    ada.server.stop()
    ada.server.start()
    before = len(collector.spans())
    expect(ada.rest.get("/users/me", headers={"traceparent": text}), 200)
    assert until(lambda: asked_since(collector, before), 60, "its span")["parent"] == ""


def test_of_two_traceparents_neither_counts(traced, collector):
    ada, _ = traced(*TRUSTED, "--trace-sample", "0")
    link = http.client.HTTPConnection(*ada.server.address, timeout=60)
    for number in (2, 1):  # the last one shows that the server was heard
        link.putrequest("GET", "/users/me")
        link.putheader("Authorization", f"Bearer {ada.token}")
        for trace in [Trace() for _ in range(number)]:
            link.putheader("traceparent", trace.header)
        link.endheaders()
        answer = link.getresponse()
        assert answer.status == 200 and answer.read()
    link.close()
    assert [each["trace"] for each in collector.until(trace.id, ["GET /users/me"]).values()] == [trace.id]
    assert len(collector.spans()) == 1


async def test_commands_of_a_websocket_carry_a_trace(traced, collector):
    ada, room = traced(*TRUSTED, "--trace-sample", "0")
    client = await ada.client()
    beside, inside = Trace(), Trace()
    command, reply = client.command("publish", {"channel": f"room:{room}", "data": {"text": "one"}})
    await client.send_text(json.dumps({**command, "traceparent": beside.header}))
    assert "error" not in await reply
    names = ("publish", *SEND[1:])
    chain(spans := collector.until(beside.id, names), *names)
    assert spans["publish"]["parent"] == beside.span and spans["publish"]["kind"] == "server"
    await client.publish(room, "two", traceparent=inside.header)
    chain(collector.until(inside.id, names), *names)
    made = Trace()
    await client.rpc("room.create", {"name": "three", "traceparent": made.header})
    collector.until(made.id, ("room.create", "user create room", "COMMIT", "send callboard.rooms", "process callboard.rooms"))
    refused = Trace()
    command, reply = client.command("publish", {"channel": "room:999999", "data": {"text": "nowhere"}})
    await client.send_text(json.dumps({**command, "traceparent": refused.header}))
    assert "error" in await reply
    assert collector.until(refused.id, ["publish"])["publish"]["failed"]
    await client.subscribe(room)
    for garbage in ("x", 7, None, {}, []):
        command, reply = client.command("publish", {"channel": f"room:{room}", "data": {"text": "four", "traceparent": garbage}})
        await client.send_text(json.dumps({**command, "traceparent": garbage}))
        assert "error" not in await reply
    await client.close()


def test_every_line_of_a_request_names_it_and_its_trace(traced):
    ada, _ = traced("--trace-sample", "0", "--log-format", "json")
    trace = Trace()
    headers = {**trace.headers, "X-Request-Id": "of-a-trace"}
    expect(ada.rest.get("/users/me", headers=headers), 200)
    expect(ada.rest.get("/users/me", headers={"X-Request-Id": "of-none"}), 200)
    ada.server.stop()
    lines = {each["request_id"]: each for each in log_of(ada.server) if each.get("request_id")}
    assert lines["of-a-trace"]["trace_id"] == trace.id
    assert "trace_id" not in lines["of-none"]
    requests = [each for each in log_of(ada.server) if each["event"] == "request"]
    assert requests and all(each["request_id"] for each in requests)


def test_a_trace_is_kept_in_the_outbox_until_the_broker_is_there(own_server):
    server = own_server("--kafka-brokers", f"127.0.0.1:{free_port()}", *TRUSTED)
    ada = People(server).user()
    room = ada.room("traced")["id"]
    trace = Trace()
    expect(ada.rest.post(f"/rooms/{room}/messages", {"text": "lights"}, headers=trace.headers), 201)
    found = rows(server, "SELECT type, traceparent FROM outbox")
    assert [traceparent for type_, traceparent in found if type_ == "message.created"] == [trace.header]
    assert all(traceparent is None for type_, traceparent in found if type_ != "message.created")


@pytest.mark.parametrize("mode", ("hang", "refuse", "deserted"))
def test_a_collector_of_no_use_changes_no_answer(own_server, tmp_path, mode):
    collector = Collector(tmp_path, mode) if mode != "deserted" else None
    url = collector.url if collector else f"http://user:hidden@127.0.0.1:{free_port()}"
    try:
        server = own_server("--trace-endpoint", url, "--trace-sample", "1", "--trace-queue", "50", "--drain-timeout", "30s")
        ada = People(server).user()
        room = ada.room("traced")["id"]
        for number in range(100):
            ada.say(room, f"message {number}")
        until(lambda: spans(server, "dropped") > 0, 60, "spans that are dropped")
        assert spans(server, "exported") == 0
        assert len(ada.events(room, "?limit=200")["items"]) >= 100
        assert server.stop() == 0
        assert "hidden" not in server.all_output()
    finally:
        if collector:
            collector.close()


def test_what_waits_is_sent_before_the_end(traced, collector):
    ada, _ = traced("--trace-sample", "1")
    trace = Trace()
    expect(ada.rest.get("/users/me", headers=trace.headers), 200)
    assert ada.server.stop() == 0
    assert [each["name"] for each in collector.spans(trace.id)] == ["GET /users/me"]


@pytest.mark.parametrize(
    ("flags", "words"),
    (
        (("--trace-endpoint", "localhost:4318"), "must be http://"),
        (("--trace-endpoint", "ftp://user:hidden@host"), "must be http://"),
        (("--trace-endpoint", "http://host/?key=hidden"), "neither a query"),
        (("--trace-sample", "1.5"), "from 0 to 1"),
        (("--trace-sample", "-1"), "from 0 to 1"),
        (("--trace-sample", "nan"), "from 0 to 1"),
        (("--trace-queue", "0"), "must be a number"),
    ),
)
def test_bad_values_are_refused_with_a_sentence(tmp_path, flags, words):
    done = run("serve", "--data-dir", tmp_path / "data", *flags)
    assert done.returncode == 2 and words in done.stderr, done
    assert "hidden" not in done.stderr + done.stdout
