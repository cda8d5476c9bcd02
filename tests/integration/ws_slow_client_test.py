"""Clients that read too slowly: closed with 3008 at the bound, and nothing is lost to them."""

import asyncio
import json
import re

from support.centrifuge import Client, offsets
from support.frames import CLOSE, TEXT, RawSocket, connect_with_small_buffer

BIG_TEXT = "🎭" * 4096  # 16 KiB


async def slow_reader(person):
    """A raw connection whose socket takes little ahead of its reader."""
    connection = connect_with_small_buffer(person.server.address, 4096)
    reader, writer = await asyncio.open_connection(sock=connection, limit=2048)
    writer.write(
        (
            f"GET /connection/websocket HTTP/1.1\r\nHost: {person.server.host}:{person.server.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
    )
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
    assert head.startswith(b"HTTP/1.1 101")
    raw = RawSocket(reader, writer)
    await raw.connect(person.token)
    return raw


async def fill(client, room, count):
    """Publishes big messages, three to a frame."""
    for _ in range(0, count, 3):
        replies = await client.replies(
            [("publish", {"channel": f"room:{room}", "data": {"text": BIG_TEXT[:3500]}}) for _ in range(3)], 60
        )
        assert all("error" not in reply for reply in replies), replies


def slow_closed(person):
    """The server's own count of slow clients that it closed."""
    text = person.rest.get("/metrics").text
    counts = re.findall(r"^callboard_\w*slow\w*(?:\{.*\})? (\S+)$", text, re.MULTILINE)
    assert counts, "no metric counts the slow clients closed"
    return sum(map(float, counts))


async def read_all(raw):
    """Room offsets of everything that comes until the end, and the close code."""
    found, code = [], None
    while (got := await raw.receive(60)) is not None:
        if got[0] == CLOSE:
            code = int.from_bytes(got[1][:2], "big")
            break
        if got[0] == TEXT:
            for item in map(json.loads, got[1].decode().splitlines()):
                publication = item.get("push", {}).get("pub", {})
                if publication.get("data", {}).get("type") == "message":
                    found.append(publication["offset"])
    return found, code


async def test_a_slow_client_gets_3008_and_resumes_without_loss(people):
    """It stops reading, others write far beyond the bound: 3008; from its last offset it gets the rest, no gap."""
    person = people.user()
    room = person.room("slow")["id"]
    slow = await slow_reader(person)
    await slow.send_json({"id": 2, "subscribe": {"channel": f"room:{room}"}})
    start = (await slow.replies(1))[0]["subscribe"].get("offset", 0)
    before = slow_closed(person)
    async with await person.client() as writer:
        for _ in range(200):
            await fill(writer, room, 30)
            if slow_closed(person) > before:
                break
        seen, code = await read_all(slow)
        assert code == 3008
        head = (await writer.request("history", {"channel": f"room:{room}"}))["offset"]
        assert seen == list(range(start + 1, start + 1 + len(seen))) and seen[-1:] != [head]
        last = seen[-1] if seen else start
        reply = await writer.subscribe(room, recover=True, offset=last)
        if reply["offset"] < head:
            await writer.publications_to(f"room:{room}", head, 60)
        got = offsets(reply.get("publications", [])) + offsets(writer.publications(f"room:{room}"))
        assert got == list(range(last + 1, head + 1))


async def test_a_slow_client_does_not_slow_others(people):
    """While one stands still, another reader of the room gets everything."""
    person = people.user()
    room = person.room("unslowed")["id"]
    slow = await slow_reader(person)
    await slow.send_json({"id": 2, "subscribe": {"channel": f"room:{room}"}})
    await slow.replies(1)
    async with await person.client() as writer, await person.client() as reader:
        start = (await reader.subscribe(room)).get("offset", 0)
        await fill(writer, room, 300)
        got = await reader.publications_to(f"room:{room}", start + 300, 60)
        assert offsets(got) == list(range(start + 1, start + 301))
    await slow.close()


async def test_catching_up_is_exempt_from_the_bound(people):
    """A backlog of many times the bound reaches a client that reads it slowly, whole and without 3008."""
    person = people.user()
    room = person.room("catching up")["id"]
    async with await person.client() as writer:
        await fill(writer, room, 400)
        head = (await writer.request("history", {"channel": f"room:{room}"}))["offset"]
    slow = await slow_reader(person)
    await slow.send_json({"id": 2, "subscribe": {"channel": f"room:{room}", "recover": True}})
    found = []
    while not found or found[-1] < head:
        got = await slow.receive(60)
        assert got is not None and got[0] != CLOSE, f"ended at {found[-1:]} of {head}: {got}"
        if got[0] != TEXT:
            continue
        for item in map(json.loads, got[1].decode().splitlines()):
            for publication in item.get("subscribe", {}).get("publications", []) + (
                [item["push"]["pub"]] if "pub" in item.get("push", {}) else []
            ):
                if publication.get("offset"):
                    found.append(publication["offset"])
        await asyncio.sleep(0.002)
    assert found == list(range(1, head + 1))
    await slow.close()


async def test_too_many_unanswered_commands_do_no_harm(people):
    """A client that only writes: its commands are answered, slowed down or the connection closed; none is half done."""
    person = people.user()
    room = person.room("writer only")["id"]
    async with await Client.open(person.server, person.token) as client:
        commands = [
            client.command("publish", {"channel": f"room:{room}", "data": {"text": str(n), "key": str(n)}})
            for n in range(3000)
        ]
        for start in range(0, len(commands), 60):
            await client.send_text("\n".join(json.dumps(command) for command, _ in commands[start : start + 60]))
        results = await asyncio.wait_for(
            asyncio.gather(*[future for _, future in commands], return_exceptions=True), 90
        )
        accepted = [n for n, result in enumerate(results) if isinstance(result, dict) and "error" not in result]
        refused = [result for result in results if isinstance(result, dict) and "error" in result]
        assert all(result["error"]["code"] == 111 for result in refused), refused[:3]
    events, after = [], 0
    while page := person.events(room, f"?after={after}&limit=200")["items"]:
        events += page
        after = page[-1]["offset"]
    texts = [event["text"] for event in events if event["type"] == "message"]
    assert len(set(texts)) == len(texts) and set(map(str, accepted)) <= set(texts) and accepted
    assert texts == sorted(texts, key=int), "messages of one connection keep their order"
