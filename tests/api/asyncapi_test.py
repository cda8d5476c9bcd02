"""schema/asyncapi.yaml is whole and true: its messages are those of the program, and what is said live fits them."""

import json
import re

import pytest
from documents import SCHEMA, TOP, broken_references, faults
from support.centrifuge import Client, Refused

WIRE = TOP / "adapters/http/wire"


def payload_faults(asyncapi, key, value):
    """What is wrong with a payload by a message of the document."""
    return faults("asyncapi", asyncapi["components"]["messages"][key]["payload"], value)


def keys(asyncapi, beginning):
    """The messages whose names begin so, without that."""
    return {key.removeprefix(beginning) for key in asyncapi["components"]["messages"] if key.startswith(beginning)}


def test_every_reference_leads_somewhere():
    assert not broken_references("asyncapi")


def test_every_example_fits_its_payload(asyncapi):
    count = 0
    for key, message in asyncapi["components"]["messages"].items():
        for example in message.get("examples", []):
            assert not payload_faults(asyncapi, key, example["payload"]), key
            count += 1
    assert count >= len(asyncapi["components"]["messages"]) - 1, "all but dead events"


def test_the_commands_are_those_of_the_decoder(asyncapi):
    table = re.search(r"constexpr entry commands\[\] = \{(.*?)\};", (WIRE / "protocol_commands.cpp").read_text(), re.S)
    assert set(re.findall(r'\{"(\w+)", read_', table[1])) == keys(asyncapi, "command_")


def test_the_methods_are_those_of_the_decoder(asyncapi):
    known = set(re.findall(r'if \(method == "([a-z.]+)"\)', (WIRE / "rpc_methods.cpp").read_text()))
    assert len(known) >= 7
    written = {schema["properties"]["method"]["const"] for name, schema in asyncapi["components"]["schemas"].items()
               if name.startswith("Rpc_")}
    assert written == known


def test_the_answers_are_those_of_the_writer(asyncapi):
    writer = (WIRE / "reply_writer.cpp").read_text()
    written = set(re.findall(r'(?:begin_object|write_empty)\((?:json, )?"(\w+)"\);', writer))
    inside = {"info", "conn_info", "data", "subs"}
    assert written - inside == keys(asyncapi, "reply_") - {"error"}


def test_the_pushes_are_those_of_the_writer(asyncapi):
    writer = (WIRE / "centrifuge_json.cpp").read_text()
    kinds = set(re.findall(r'json\.(?:key|begin_object)\("(pub|unsubscribe|\w*connect)"\)', writer))
    assert kinds | {"join", "leave"} == {"pub", "unsubscribe", "join", "leave"}
    assert keys(asyncapi, "push_") == {"room", "user", "join", "leave", "unsubscribe"}


def test_the_codes_of_errors_are_those_of_the_program(asyncapi):
    table = (TOP / "messages/errors.hpp").read_text()
    codes = {int(code) for code in re.findall(r'^    \{errc::\w+, "\w+", "[^"]+", \d+, (\d+),', table, re.M)} - {0}
    assert codes <= set(asyncapi["components"]["schemas"]["Error"]["properties"]["code"]["enum"])


def test_every_event_and_topic_is_there(asyncapi):
    schemas = {path.stem for path in (SCHEMA / "events").glob("*.json")}
    messages = asyncapi["components"]["messages"]
    events = {message["name"]: message for key, message in messages.items() if key.startswith("event_")}
    assert set(events) - {"dead"} == schemas
    for name in schemas:
        assert events[name]["payload"] == {"$ref": f"./events/{name}.json"}
        assert events[name]["summary"] == json.loads((SCHEMA / f"events/{name}.json").read_text())["description"]
    topics = {channel["address"] for channel in asyncapi["channels"].values() if channel["address"].startswith("callboard.")}
    assert topics == {f"callboard.{each}" for each in ("users", "rooms", "reminders", "notifications", "dead")}


class Recorded(Client):
    """A client that keeps everything it sends and gets."""

    def __init__(self, *arguments):
        self.sent, self.got = [], []
        super().__init__(*arguments)

    async def take(self, message):
        self.got.append(message)
        await super().take(message)

    async def send_text(self, text):
        self.sent += [json.loads(line) for line in text.split("\n")]
        await super().send_text(text)


async def record(person):
    """A connected client that records."""
    client = await Client.dial(person.server)
    client.reader.cancel()
    recorded = Recorded(client.socket)
    recorded.connected = await recorded.request("connect", {"token": person.token, "name": "test"})
    return recorded


def kind_of_answer(message):
    """Which message of the document something from the server should be."""
    if message == {}:
        return "ping"
    if "push" not in message:
        return "reply_" + next(name for name in message if name != "id")
    push = message["push"]
    kind = next(name for name in push if name != "channel")
    return "push_" + (push["channel"].split(":")[0] if kind == "pub" else kind)


async def exchange(ann, ben, room):
    """Everything that a client can say; returns what both clients sent and got."""
    one, two = await record(ann), await record(ben)
    await one.subscribe(room, join_leave=True)
    await two.subscribe(room, recover=True, offset=0, epoch=one.connected["subs"][ann.channel]["epoch"])
    await one.push("join")
    await one.publish(room, "Beginners, please.", key="k-1")
    sent = await two.rpc("message.send", {"room_id": room, "text": "On my way.", "reply_to": 1})
    await one.event("message", text="On my way.")
    await two.rpc("room.read", {"room_id": room, "offset": sent["offset"]})
    await one.rpc("room.list", {"limit": 5})
    await one.rpc("room.create", {"name": "Green room", "members": [ben.username]})
    await two.event("room.added")
    made = await one.rpc("reminder.create", {"text": "Curtain call", "in": "PT1H"})
    await one.rpc("reminder.list")
    await one.rpc("reminder.cancel", {"id": made["id"]})
    await one.rpc("reminder.create", {"text": "Now", "in": "PT0.2S"})
    await one.event("reminder.fired")
    channel = {"channel": f"room:{room}"}
    await one.request("history", {**channel, "limit": 10, "reverse": True})
    await one.request("history", {"channel": ann.channel, "limit": 10})
    await one.request("presence", channel)
    await one.request("presence_stats", channel)
    await one.request("refresh", {"token": ann.token})
    await one.request("sub_refresh", channel)
    await one.request("ping", {})
    await one.send_text(json.dumps({"send": {"data": {}}}))
    with pytest.raises(Refused):
        await one.request("presence", {"channel": "nothing"})
    await two.request("unsubscribe", channel)
    await one.push("leave")
    await two.subscribe(room)
    ann.rest.patch(f"/rooms/{room}", {"name": "Stage right"})
    await one.event("room.renamed")
    ann.remove_member(room, ben)
    await two.push("unsubscribe")
    await two.event("room.removed")
    await one.event("member.removed")
    ann.rest.post("/auth/logout")
    await one.event("session.revoked")
    await one.closed()
    await two.close()
    return one.sent + two.sent, one.got + two.got


async def test_a_live_exchange_is_as_documented(people, asyncapi):
    ann, ben = people.users(2)
    sent, got = await exchange(ann, ben, ann.room("Stage left", [ben])["id"])
    said = set()
    for command in sent:
        name = next(key for key in command if key != "id")
        said.add(name)
        if command.get(name) != {"channel": "nothing"}:
            assert not payload_faults(asyncapi, f"command_{name}", command), command
    assert said == keys(asyncapi, "command_")
    heard = set()
    for message in got:
        kind = kind_of_answer(message)
        heard.add(kind)
        assert not payload_faults(asyncapi, kind, message), message
    assert {name for name in heard if name.startswith("push_")} == {f"push_{name}" for name in keys(asyncapi, "push_")}
    assert {name for name in heard if name.startswith("reply_")} == {f"reply_{name}" for name in keys(asyncapi, "reply_")}


def test_the_check_of_messages_can_fail(asyncapi):
    message = {"push": {"channel": "room:3", "pub": {"data": {"type": "message"}, "offset": 1, "time": 1}}}
    assert payload_faults(asyncapi, "push_room", message)
    assert payload_faults(asyncapi, "command_publish", {"id": 1, "publish": {"channel": "room:3", "data": {"text": ""}}})
