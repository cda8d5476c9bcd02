"""Sessions under many hands: the bound on live ones holds at any moment, and an ended one says nothing more."""

import asyncio
import json
import struct
import time

from storm.http import ask, log_in, served, sources
from storm.places import count
from support.frames import CLOSE, TEXT, RawSocket, frame
from support.people import PASSWORD, People

MOST = 10
PATIENCE = 240.0  # seconds until one of many log-ins has had its turn


async def live_sessions(server, token):
    """How many the list shows, or None if this token's session has ended meanwhile."""
    answer = await served(lambda: ask(server, "GET", "/auth/sessions", token=token))
    assert answer.status in (200, 401), answer
    return len(answer.body["items"]) if answer.status == 200 else None


async def test_never_more_than_ten_live_sessions_at_any_moment(place):
    """While one user logs in many times at once, the list is read all the time."""
    server = place.start("--hasher-queue", "1000", "--hasher-wait", "120s", "--max-sessions", str(MOST))
    people = People(server)
    (name,) = people.fresh_names(1)
    server.import_users([people.record(name)])
    first = await log_in(server, name, PASSWORD)
    tokens, seen, running = [first.body["access_token"]], [], True

    async def watch():
        while running:
            for token in reversed(tokens[-MOST:]):
                found = await live_sessions(server, token)
                if found is not None:
                    seen.append(found)
                    break

    async def enter(source):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = await log_in(server, name, PASSWORD, source)
            if answer.status == 200:
                tokens.append(answer.body["access_token"])
                return
            assert answer.status == 503 and int(answer.headers["retry-after"]) >= 1, answer
            await asyncio.sleep(0.05)
        raise AssertionError(f"no log-in in {PATIENCE} s")

    watching = [asyncio.create_task(watch()) for _ in range(2)]
    places = sources(3)
    await asyncio.gather(*(enter(next(places)) for _ in range(count(100, 1000))))
    running = False
    await asyncio.gather(*watching)
    assert len(seen) >= 10 and max(seen) <= MOST, seen
    alive = [found for found in await asyncio.gather(*(live_sessions(server, token) for token in tokens)) if found is not None]
    assert alive == [MOST] * MOST


async def test_admin_token_keeps_to_the_bound(place):
    """Its session counts as any other: the oldest ends, on the running server too."""
    server = place.start()
    people = People(server)
    (name,) = people.fresh_names(1)
    server.import_users([people.record(name)])
    tokens = [server.token(name)]
    assert await live_sessions(server, tokens[0]) == 1  # the server remembers this one
    tokens += server.admin("token", "--user", "-", input_text=f"{name}\n" * (MOST + 1)).stdout.split()
    deadline = time.monotonic() + PATIENCE
    while (found := [await live_sessions(server, token) for token in tokens]) != [None] * 2 + [MOST] * MOST:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)  # it looks every two seconds


async def frames_until_the_end(socket, begun):
    """(opcode, payload) of everything that comes until the connection ends; sets `begun` at the first publication."""
    data = b""
    while chunk := await asyncio.wait_for(socket.reader.read(65536), 60):
        data += chunk
        if b'"pub"' in data:
            begun.set()
    found = []
    while data:
        length, start = data[1] & 0x7F, 2
        if length == 126:
            length, start = struct.unpack("!H", data[2:4])[0], 4
        elif length == 127:
            length, start = struct.unpack("!Q", data[2:10])[0], 10
        found.append((data[0] & 0x0F, data[start:start + length]))
        data = data[start + length:]
    return found


async def test_after_a_log_out_no_frame_follows_the_close(place):
    """While somebody writes without pause, the sockets of the session close with 3503, and that is their last frame."""
    server = place.start("--send-rate", "0")
    people = People(server)
    reader, writer = people.users(2)
    room = writer.room(members=[reader])["id"]
    stop, said = asyncio.Event(), []

    async def write():
        while not stop.is_set():
            answer = await ask(server, "POST", f"/rooms/{room}/messages", {"text": f"message {len(said)}"}, writer.token)
            assert answer.status in (201, 503), answer
            said.append(answer.status)

    for _ in range(count(3, 50)):
        token = (await log_in(server, reader.username, PASSWORD)).body["access_token"]
        sockets = [await RawSocket.open(server) for _ in range(4)]
        for socket in sockets:
            for number, (method, params) in enumerate((("connect", {"token": token}), ("subscribe", {"channel": f"room:{room}"}))):
                socket.writer.write(frame(TEXT, json.dumps({"id": number + 1, method: params})))
        stop.clear()
        writing = [asyncio.create_task(write()) for _ in range(4)]
        begun = [asyncio.Event() for _ in sockets]
        reading = [asyncio.create_task(frames_until_the_end(*each)) for each in zip(sockets, begun)]
        await asyncio.wait_for(asyncio.gather(*(each.wait() for each in begun)), 60)
        enough = len(said) + 40
        while len(said) < enough:
            await asyncio.sleep(0.005)
        assert (await ask(server, "POST", "/auth/logout", token=token)).status == 204
        for frames in await asyncio.gather(*reading):
            kinds = [kind for kind, _ in frames]
            assert kinds.count(CLOSE) == 1 and kinds[-1] == CLOSE, kinds
            assert struct.unpack("!H", frames[-1][1][:2])[0] == 3503
        assert (await ask(server, "GET", "/users/me", token=token)).status == 401
        stop.set()
        await asyncio.gather(*writing)
        for socket in sockets:
            socket.writer.close()
