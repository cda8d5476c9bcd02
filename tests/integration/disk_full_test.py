"""A full disk: a clear error, nothing acknowledged is lost, the server stays up and goes on once there is room.

The disk is a small tmpfs where the test may mount one. The bound on file sizes (RLIMIT_FSIZE) does the same anywhere.
"""

import os
import resource
import subprocess

import pytest

from support.centrifuge import Client, Refused
from support.people import People
from support.rest import Rest, expect
from support.server import Server
from support.waiting import until

TEXT = "x" * 4096


class SmallDisk:
    """A tmpfs that is filled by a ballast file."""

    def __init__(self, folder):
        self.path = folder / "disk"
        self.path.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(self.path)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip(f"a tmpfs cannot be mounted: {done.stderr.strip()}")
        self.server = Server(folder / "server", data_dir=self.path / "data")

    def fill(self):
        """Leaves no byte free."""
        ballast = os.open(self.path / "ballast", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for size in (1 << 16, 1 << 12, 1):
            try:
                while os.write(ballast, b"b" * size):
                    pass
            except OSError:
                pass
        os.close(ballast)

    def free(self):
        """Gives the room back."""
        os.unlink(self.path / "ballast")

    def end(self):
        """Unmounts."""
        self.server.kill()
        subprocess.run(["umount", "-l", str(self.path)], check=False)


class SmallFiles:
    """The server may not let its files grow. (SIGXFSZ stays ignored, as Python has it, so that writing just fails.)"""

    def __init__(self, folder):
        self.server = Server(folder / "server", restore_signals=False)

    def limit(self, size):
        """Sets the bound of the running server."""
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def fill(self):
        """No file may grow any more, beyond what the largest has."""
        self.limit(max(path.stat().st_size for path in self.server.data_dir.rglob("*") if path.is_file()))

    def free(self):
        """No bound."""
        self.limit(resource.RLIM_INFINITY)

    def end(self):
        """Ends the server."""
        self.server.kill()


@pytest.fixture(params=[SmallDisk, SmallFiles], ids=["tmpfs", "file size"])
def disk(request, tmp_path):
    """A server on a disk that can be filled."""
    made = request.param(tmp_path)
    yield made
    made.end()


def all_events(person, room):
    """The whole log of a room."""
    events, after = [], 0
    while page := person.events(room, f"?after={after}&limit=200")["items"]:
        events += page
        after = page[-1]["offset"]
    return events


def check_log(person, room, acknowledged):
    """Every acknowledged key is at its offset; offsets have no holes."""
    events = all_events(person, room)
    assert [event["offset"] for event in events] == list(range(1, len(events) + 1))
    by_key = {event["key"]: event["offset"] for event in events if event.get("key")}
    assert {key: by_key.get(key) for key in acknowledged} == acknowledged
    keys = [event["key"] for event in events if event.get("key")]
    assert len(keys) == len(set(keys))


def send_until_refused(person, room, acknowledged, limit=3000):
    """Sends by REST until the server says that it cannot store; returns that answer."""
    path = f"/rooms/{room}/messages"
    for number in range(limit):
        key = f"k{len(acknowledged)}-{number}"
        answer = person.rest.post(path, {"text": TEXT, "key": key})
        if answer.status_code >= 500:
            return answer, key
        acknowledged[key] = expect(answer, 201)["offset"]
    raise AssertionError(f"{limit} messages were stored on a full disk")


async def test_a_full_disk_is_a_clear_error_and_passes(disk):
    """507 or 503 by REST, a temporary 100 by WebSocket, reading goes on, and writing again once there is room."""
    server = disk.server.start()
    people = People(server)
    person = people.user()
    room = person.room("narrow")["id"]
    acknowledged = {}
    for number in range(20):
        acknowledged[f"before{number}"] = person.say(room, TEXT, key=f"before{number}")["offset"]
    async with await Client.open(server, person.token) as client:
        start = (await client.subscribe(room))["offset"]
        disk.fill()
        answer, refused_key = send_until_refused(person, room, acknowledged)
        assert answer.status_code in (503, 507) and answer.json()["code"] in ("storage_full", "unavailable")
        for attempt in (
            client.publish(room, TEXT, key="ws"),
            client.rpc("message.send", {"room_id": room, "text": TEXT}),
        ):
            try:
                await attempt
                raise AssertionError("a publish was acknowledged on a full disk")
            except Refused as error:
                assert error.code == 100 and error.temporary is True
        for path, body in (("/rooms", {"name": "more"}), ("/reminders", {"text": "x", "in": "PT1H"})):
            assert person.rest.post(path, body).status_code in (201, 503, 507)
        assert Rest(server.url).get("/livez").status_code == 200
        check_log(person, room, acknowledged)
        assert server.process.poll() is None, "the server went down"

        disk.free()

        def stored():
            answer = person.rest.post(f"/rooms/{room}/messages", {"text": "room again", "key": refused_key})
            return answer if answer.status_code in (200, 201) else None

        acknowledged[refused_key] = until(stored, 60, "a send after space was freed").json()["offset"]
        await client.publish(room, "by WebSocket again", key="ws")
        head = person.events(room)["last_offset"]
        live = await client.publications_to(f"room:{room}", head)
        assert [publication["offset"] for publication in live] == list(range(start + 1, head + 1))
    check_log(person, room, acknowledged)
    server.restart()
    check_log(person, room, acknowledged)


def test_killed_on_a_full_disk_nothing_acknowledged_is_lost(disk):
    """SIGKILL while the disk is full; with room again the server starts and has everything."""
    server = disk.server.start()
    person = People(server).user()
    room = person.room("killed full")["id"]
    acknowledged = {"first": person.say(room, TEXT, key="first")["offset"]}
    disk.fill()
    send_until_refused(person, room, acknowledged)
    server.kill()
    if isinstance(disk, SmallDisk):
        disk.free()
    server.start()
    check_log(person, room, acknowledged)
    person.say(room, "after")
