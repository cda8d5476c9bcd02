"""`make run SERVICES=1`: one path through all four services, from a registration to a figure of the analytics."""

import asyncio
import json
import pathlib
import shutil
import socket
import subprocess
import urllib.parse

import pytest

from support import kafka
from support.analytics import Figures
from support.centrifuge import Client
from support.metrics import figure
from support.people import PASSWORD, People
from support.rest import Rest, expect
from support.server import Server, binary
from support.waiting import until

TOP = pathlib.Path(__file__).resolve().parents[2]
TYPES = {
    "user.created",
    "session.created",
    "room.created",
    "message.created",
    "reminder.created",
    "reminder.fired",
    "reminder.delivered",
    "notification.sent",
}


class Checkout(Server):
    """A copy of scripts/ in which nothing is built, whose scripts/run starts the real binary on services of its own."""

    def __init__(self, folder):
        super().__init__(folder, env={"SERVICES": "1"}, data_dir=folder / "data")
        shutil.copytree(TOP / "scripts", folder / "scripts")
        for name in ("install-build-dependencies", "build", "build-web"):
            (folder / "scripts" / name).write_text("#!/bin/sh\n")
        (folder / "build/bin").mkdir(parents=True)
        (folder / "build/bin/callboard").symlink_to(binary())
        (folder / "web/dist").mkdir(parents=True)
        (folder / "web/dist/index.html").write_text("<!doctype html>")
        if (TOP / "build/kafka").exists():
            (folder / "build/kafka").symlink_to(TOP / "build/kafka")

    def command(self):
        return ["env", f"LISTEN={self.host}:{self.port}", f"DATA={self.data_dir}", self.folder / "scripts/run",
                *super().command()[6:]]  # fmt: skip

    def services(self, *words):
        """What scripts/services says."""
        done = subprocess.run([self.folder / "scripts/services", *words], capture_output=True, text=True, timeout=120, check=True)
        return done.stdout

    def start(self, seconds=180):
        super().start(seconds)
        # So that commands of an administrator go the same way.
        self.env = dict(line.split("=", 1) for line in self.services("environment").splitlines())
        return self

    def discard(self):
        super().discard()
        self.services("reset")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server as `make run SERVICES=1` starts it."""
    shared = Checkout(tmp_path_factory.mktemp("checkout"))
    try:
        yield shared.start()
    finally:
        shared.discard()


def letters(server, address):
    """The subjects of the mails that were caught for an address."""
    notes = (json.loads(path.read_text()) for path in (server.folder / "build/services/smtp/data").glob("*.json"))
    return [note["subject"] for note in notes if address in note["recipients"]]


def redis(server, command):
    """The answer of the server's Redis to an inline command."""
    place = urllib.parse.urlsplit(server.env["CALLBOARD_REDIS_URL"])
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        connection.sendall(command.encode() + b"\r\n")
        return connection.recv(1 << 16).decode()


def registered(server, name):
    """A user who came by REST and has logged in: the client of their session, and what they are."""
    anyone = Rest(server.url)
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    expect(anyone.post("/auth/register", body), 201)
    session = expect(anyone.post("/auth/login", {"login": name, "password": PASSWORD}), 200)
    return Rest(server.url, session["access_token"]), session["user"]


def test_from_a_registration_to_a_figure(server):
    reader = kafka.Reader(address=server.env["CALLBOARD_KAFKA_BROKERS"])
    figures = Figures(People(server))  # an account more, which is counted too
    ada, grace = registered(server, "ada"), registered(server, "grace")
    room = expect(ada[0].post("/rooms", {"name": "hall", "members": ["grace"]}), 201)["id"]

    async def speak():
        async with await Client.open(server, grace[0].token) as client:
            await client.subscribe(room)
            expect(ada[0].post(f"/rooms/{room}/messages", {"text": "hello"}), 201)
            assert (await client.event("message"))["text"] == "hello"

    asyncio.run(speak())
    expect(ada[0].post("/reminders", {"text": "curtain up", "in": "PT1S", "email": True}), 201)
    until(lambda: "Reminder: curtain up" in letters(server, "ada@example.com"), 60, "the mail")
    events = reader.until(lambda all_: TYPES <= {each.type for each in all_})
    reader.close()
    for event in events:
        kafka.check(event)
    (said,) = [event for event in events if event.type == "message.created"]
    assert (said.data["text"], said.data["user_id"], said.key) == ("hello", ada[1]["id"], str(room))
    expected = {"registrations": 3, "logins_ok": 3, "rooms_created": 1, "messages": 1, "reminders_created": 1,
                "reminders_fired": 1, "reminders_delivered": 1, "notifications_sent": 3}  # fmt: skip
    figures.until(expected)
    # Each of the services had its part.
    stored = subprocess.run(["psql", "-XqAt", server.env["CALLBOARD_DATABASE_URL"], "-c", "SELECT body FROM room_events"],
                            capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    assert stored.stdout == "hello\n"
    assert not list(server.data_dir.glob("*.sqlite"))
    until(lambda: figure(ada[0], 'callboard_dependency_up{dependency="redis"}') == 1, what="a connection to Redis")
    assert "callboard:1:" in redis(server, "KEYS *")
    assert server.stop() == 0
    assert [line.split()[1] for line in server.services("status").splitlines()] == ["up"] * 4
