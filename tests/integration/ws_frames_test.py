"""Frames that no proper client sends (RFC 6455), garbage in proper frames, and handshakes of the wrong kind."""

import asyncio
import json
import os
import random

import pytest

from support.frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawSocket, frame


async def connected(person):
    """A raw connection that has connected with the protocol."""
    raw = await RawSocket.open(person.server)
    await raw.connect(person.token)
    return raw


async def still_serves(person):
    """The server answers another connection of the same person."""
    async with await person.client() as client:
        await client.rpc("room.list", {"limit": 1})


LIST = json.dumps({"id": 7, "rpc": {"method": "room.list", "data": {"limit": 1}}})


async def test_a_fragmented_message_is_one_message(people):
    """Three fragments, a ping in between: the pong comes first, then the reply."""
    raw = await connected(people.user())
    third = len(LIST) // 3
    await raw.send(frame(TEXT, LIST[:third], final=False))
    await raw.send(frame(CONTINUATION, LIST[third : 2 * third], final=False) + frame(PING, b"between"))
    assert await raw.receive() == (PONG, b"between")
    await raw.send(frame(CONTINUATION, b"", final=False) + frame(CONTINUATION, LIST[2 * third :]))
    assert (await raw.replies(1))[0]["id"] == 7
    await raw.close()


async def test_a_character_may_be_split_between_fragments(people):
    """UTF-8 is judged over the whole message."""
    person = people.user()
    room = person.room("split")["id"]
    raw = await connected(person)
    data = json.dumps(
        {"id": 5, "publish": {"channel": f"room:{room}", "data": {"text": "ж🎭"}}}, ensure_ascii=False
    ).encode()
    cut = data.index("🎭".encode()) + 2
    await raw.send(frame(TEXT, data[:cut], final=False) + frame(CONTINUATION, data[cut:]))
    assert "error" not in (await raw.replies(1))[0]
    assert person.events(room)["items"][-1]["text"] == "ж🎭"
    await raw.close()


async def test_bytes_may_come_one_by_one(people):
    """The frame's head and body in single bytes."""
    raw = await connected(people.user())
    for byte in frame(TEXT, LIST):
        await raw.send(bytes([byte]))
        await asyncio.sleep(0)
    assert (await raw.replies(1))[0]["id"] == 7
    await raw.close()


async def test_many_frames_may_come_in_one_write(people):
    """Fifty frames at once: fifty answers."""
    raw = await connected(people.user())
    await raw.send(
        b"".join(
            frame(TEXT, json.dumps({"id": 100 + n, "rpc": {"method": "room.list", "data": {}}})) for n in range(50)
        )
    )
    assert sorted(reply["id"] for reply in await raw.replies(50)) == list(range(100, 150))
    await raw.close()


async def test_pings_are_answered_with_their_payload(people):
    """Empty, full (125 bytes) and before the connect command."""
    raw = await RawSocket.open(people.server)
    for payload in (b"", b"x" * 125, os.urandom(20)):
        await raw.send(frame(PING, payload))
        assert await raw.receive() == (PONG, payload)
    await raw.send(frame(PONG, b"unasked"))
    await raw.send(frame(PING, b"alive"))
    assert await raw.receive() == (PONG, b"alive")
    await raw.close()


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
async def test_a_close_frame_is_echoed(people, code):
    """The server answers with the code and ends the connection."""
    raw = await connected(people.user())
    await raw.send(frame(CLOSE, code.to_bytes(2, "big") + b"bye"))
    assert await raw.close_code() == code
    assert await raw.at_end()


async def test_a_close_frame_without_a_code_is_answered(people):
    """No payload is fine."""
    raw = await connected(people.user())
    await raw.send(frame(CLOSE))
    assert await raw.close_code() in (1000, 1005)
    assert await raw.at_end()


PROTOCOL_ERRORS = {
    "unmasked": frame(TEXT, LIST, masked=False),
    "reserved bit 1": frame(TEXT, LIST, reserved=4),
    "reserved bit 2": frame(TEXT, LIST, reserved=2),
    "reserved bit 3": frame(TEXT, LIST, reserved=1),
    "reserved opcode 3": frame(0x3, b"x"),
    "reserved opcode B": frame(0xB, b"x"),
    "continuation of nothing": frame(CONTINUATION, LIST),
    "text inside a fragmented message": frame(TEXT, "a", final=False) + frame(TEXT, "b"),
    "fragmented ping": frame(PING, b"x", final=False),
    "ping of 126 bytes": frame(PING, b"x" * 126),
    "close with one byte": frame(CLOSE, b"\x03"),
    "close with code 999": frame(CLOSE, (999).to_bytes(2, "big")),
    "close with code 1005": frame(CLOSE, (1005).to_bytes(2, "big")),
    "close with code 5000": frame(CLOSE, (5000).to_bytes(2, "big")),
    "close with a reason that is no UTF-8": frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff\xfe"),
    "length with the highest bit": b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff" + b"\0\0\0\0",
}


@pytest.mark.parametrize("name", PROTOCOL_ERRORS)
@pytest.mark.parametrize("stage", ["connected", "fresh"])
async def test_a_violation_of_the_frame_layer_ends_the_connection(people, name, stage):
    """Closed with 1002 (1007 for text that is none, 1009 for length, 3501), answered with nothing, others unharmed."""
    person = people.user()
    raw = await connected(person) if stage == "connected" else await RawSocket.open(person.server)
    await raw.send(PROTOCOL_ERRORS[name])
    code = await raw.close_code()
    assert code in (1002, 1007, 1009, 3501), f"{name}: closed with {code}"
    raw.writer.write_eof()
    assert await raw.at_end()
    await still_serves(person)


@pytest.mark.parametrize(
    "payload",
    [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b'{"id":1,"rpc":{"method":"\xfe"}}', b"\xf4\x90\x80\x80", b"\xe2\x82"],
)
async def test_invalid_utf8_ends_the_connection(people, payload):
    """Closed with 1007 or 3501."""
    person = people.user()
    raw = await connected(person)
    await raw.send(frame(TEXT, payload))
    assert await raw.close_code() in (1007, 3501)
    await still_serves(person)


async def test_a_binary_frame_ends_the_connection(people):
    """The JSON form is text: 1003, 1007 or 3501."""
    person = people.user()
    raw = await connected(person)
    await raw.send(frame(BINARY, LIST))
    assert await raw.close_code() in (1003, 1007, 3501)
    await still_serves(person)


GARBAGE = [
    "",
    " ",
    "nonsense",
    "{",
    "[]",
    "5",
    "null",
    '"text"',
    "{}x",
    '{"id":}',
    "[" * 10000,
    '{"a":' * 2000,
    '{"id":1}',
    '{"id":"1","ping":{}}',
    '{"id":-1,"rpc":{"method":"room.list"}}',
    '{"id":1.5,"rpc":{"method":"room.list"}}',
    '{"id":99999999999999999999,"rpc":{"method":"room.list"}}',
    '{"rpc":{"method":"room.list"}}',
    '{"id":3,"rpc":[]}',
    '{"id":3,"rpc":5}',
    '{"id":3,"rpc":null}',
    '{"id":3,"subscribe":"room:1"}',
    '{"id":3,"subscribe":{"channel":5}}',
    '{"id":3,"fly":{}}',
    '{"id":3,"subscribe":{"channel":"room:1"},"publish":{"channel":"room:1"}}',
    "\u0000",
    '{"id":3}\n{"id":',
    '{"id":3,"subscribe":{"channel":"room:1","recover":"yes"}}',
    '{"id":3,"subscribe":{"channel":"room:1","offset":"x","recover":true}}',
    '{"id":3,"subscribe":{"channel":"room:1","offset":-5,"recover":true}}',
]


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: text[:24].replace("\0", "NUL") or "empty")
async def test_garbage_is_refused_or_closes_3501(people, text):
    """An error reply 107 (or 104) to the command, or the close 3501; never a hang-up without a word, never a crash."""
    person = people.user()
    raw = await connected(person)
    await raw.send(frame(TEXT, text))
    await raw.send(frame(PING, b"end"))
    while True:
        got = await raw.receive()
        assert got is not None, "the connection ended without a close frame"
        opcode, payload = got
        if opcode == CLOSE:
            assert int.from_bytes(payload[:2], "big") == 3501
            break
        if opcode == PONG:
            break
        for reply in map(json.loads, payload.decode().splitlines()):
            assert reply == {} or reply["error"]["code"] in (102, 103, 104, 107), reply
    await raw.close()
    await still_serves(person)


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "{",
        "[]",
        "5",
        "{}",
        "",
        '{"id":1,"connect":{"token":5}}',
        '{"id":1,"connect":[]}',
        '{"connect":{"token":"x"}}',
        "\n\n",
    ],
)
async def test_garbage_instead_of_connect_ends_the_connection_or_waits(people, text):
    """Before connect nothing but a good connect is served."""
    person = people.user()
    raw = await RawSocket.open(person.server)
    await raw.send(frame(TEXT, text))
    if text in ("", "{}", "\n\n"):  # a pong or nothing may pass
        await raw.send(frame(TEXT, "garbage"))
    while True:
        got = await raw.receive(60)
        assert got is not None, "the connection ended without a close frame"
        if got[0] == CLOSE:
            assert int.from_bytes(got[1][:2], "big") in (3500, 3501)
            break
        for reply in map(json.loads, got[1].decode().splitlines()):
            assert reply == {} or "error" in reply, reply
            if "error" in reply:
                await raw.close()
                return


@pytest.mark.parametrize("size", [70_000, 1_000_000, 20_000_000])
async def test_an_oversized_frame_is_refused_by_its_head(people, size):
    """The length alone is enough: 3501 (or 1009) before the body has come."""
    person = people.user()
    raw = await connected(person)
    await raw.send(frame(TEXT, b"x" * 1000, declared_length=size))
    assert await raw.close_code() in (1009, 3501)
    await still_serves(person)


async def test_an_oversized_message_of_small_fragments_is_refused(people):
    """The bound counts the message, not the fragment."""
    person = people.user()
    raw = await connected(person)
    await raw.send(frame(TEXT, b'{"id":1,"x":"', final=False))
    for _ in range(40):
        await raw.send(frame(CONTINUATION, b"y" * 2000, final=False))
    assert await raw.close_code() in (1009, 3501)
    await still_serves(person)


async def test_endless_empty_fragments_do_no_harm(people):
    """Ten thousand fragments without a byte: either one message in the end, or a close; others are served."""
    person = people.user()
    raw = await connected(person)
    await raw.send(frame(TEXT, LIST, final=False) + frame(CONTINUATION, b"", final=False) * 10_000)
    await raw.send(frame(CONTINUATION, b""))
    got = await raw.receive()
    assert got is not None and got[0] in (TEXT, CLOSE)
    await raw.close()
    await still_serves(person)


async def test_random_bytes_end_the_connection_alone(people, seed):
    """Two hundred connections that speak noise after the handshake."""
    generator = random.Random(seed)
    person = people.user()
    for _ in range(200):
        raw = await RawSocket.open(person.server)
        await raw.send(generator.randbytes(generator.randrange(1, 300)))
        await raw.close()
    await still_serves(person)


async def test_mutated_commands_do_no_harm(people, seed):
    """Proper commands with random bytes changed, cut and doubled: refused or served, never a crash."""
    generator = random.Random(seed)
    person = people.user()
    room = person.room("mutants")["id"]
    samples = [
        LIST,
        json.dumps({"id": 2, "subscribe": {"channel": f"room:{room}", "recover": True, "offset": 0}}),
        json.dumps({"id": 3, "publish": {"channel": f"room:{room}", "data": {"text": "x", "key": "k"}}}),
        json.dumps({"id": 4, "history": {"channel": f"room:{room}", "limit": 10, "since": {"offset": 1}}}),
        json.dumps({"id": 5, "rpc": {"method": "reminder.create", "data": {"text": "x", "in": "PT1H"}}}),
    ]
    raw = await connected(person)
    for _ in range(300):
        data = bytearray("\n".join(generator.sample(samples, generator.randrange(1, 4))).encode())
        for _ in range(generator.randrange(1, 6)):
            place = generator.randrange(len(data))
            change = generator.randrange(3)
            if change == 0:
                data[place] = generator.randrange(32, 127)
            elif change == 1:
                del data[place]
            else:
                data[place:place] = data[place : place + generator.randrange(1, 20)]
        await raw.send(frame(TEXT, bytes(data)) + frame(PING, b"next"))
        while True:
            got = await raw.receive()
            if got is None or got[0] == CLOSE:
                await raw.close()
                raw = await connected(person)
                break
            if got[0] == PONG:
                break
    await raw.close()
    await still_serves(person)


@pytest.mark.parametrize(
    "headers, key, version, statuses",
    [
        ([], None, "12", (400, 426)),
        ([], None, "", (400, 426)),
        ([], "", "13", (400, 426)),
        ([], "c2hvcnQ=", "13", (400,)),
        ([], "not base64 at all!!!", "13", (400,)),
    ],
)
async def test_a_bad_handshake_is_refused(people, headers, key, version, statuses):
    """Version, key and its length are checked; the answer is HTTP."""
    _, writer, head = await RawSocket.handshake(people.server, headers, key=key, version=version)
    assert int(head.split()[1]) in statuses, head
    writer.close()


async def test_a_get_without_upgrade_is_no_websocket(people):
    """A plain GET on the endpoint answers 400 or 426."""
    answer = people.user().rest.get("/connection/websocket")
    assert answer.status_code in (400, 426), answer.status_code


async def test_the_handshake_answers_the_key(people):
    """Sec-WebSocket-Accept of RFC 6455's own example; no extension is agreed on that was not asked for."""
    _, writer, head = await RawSocket.handshake(people.server, key="dGhlIHNhbXBsZSBub25jZQ==")
    lines = head.lower()
    assert "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=" in lines and "sec-websocket-extensions" not in lines
    writer.close()


async def test_a_first_frame_may_ride_on_the_handshake(people):
    """A client that does not wait for 101 before its connect is served."""
    person = people.user()
    reader, writer = await asyncio.open_connection(*person.server.address)
    writer.write(
        (
            f"GET /connection/websocket HTTP/1.1\r\nHost: {person.server.host}:{person.server.port}\r\n"
            "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
        + frame(TEXT, json.dumps({"id": 1, "connect": {"token": person.token}}))
    )
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
    assert head.startswith(b"HTTP/1.1 101")
    raw = RawSocket(reader, writer)
    assert (await raw.replies(1))[0]["connect"]["client"]
    await raw.close()
