"""The readers: each follows a room or a personal stream over every connection, from the last offset that it saw."""

import asyncio

from load.sockets import Socket
from support.centrifuge import Closed, Refused

GONE = (Closed, OSError, asyncio.TimeoutError, EOFError)
LOOK_SECONDS = 0.5


class Reader:
    """What both kinds share: a connection, a position, and taking what a channel brings."""

    def __init__(self, run, person, name, channel):
        self.run = run
        self.name = name
        self.channel = channel
        self.socket = Socket(run, person, run.random(name))
        self.position = 0
        self.epoch = ""

    async def follow(self, goal):
        """Reads until `goal()` is an offset that was reached; every publication goes to `take`."""
        while True:
            try:
                client = await self.enter()
                while client.close_code is None:
                    self.take_pushes(client)
                    end = goal()
                    if end is not None and self.position >= end:
                        return await self.socket.close()
                    client.changed.clear()
                    if not client.pushes and client.close_code is None:
                        await self.wait(client)
                self.take_pushes(client)
            except Refused as error:
                assert error.temporary, f"{self.name} is refused for good: {error}"
            except GONE:
                pass
            await self.socket.close()
            await asyncio.sleep(0.02)

    async def wait(self, client):
        """Waits for news, for a moment."""
        try:
            await asyncio.wait_for(client.changed.wait(), LOOK_SECONDS)
        except asyncio.TimeoutError:
            pass

    def take_pushes(self, client):
        """Takes what came since the last time."""
        pushes, client.pushes = client.pushes, []
        for push in pushes:
            if push.get("channel") == self.channel and push.get("pub", {}).get("offset", 0) > 0:
                self.take_one(push["pub"])

    def take_one(self, publication):
        """Notes a publication and moves the position, whatever its offset: the checker judges."""
        self.take(publication["offset"], publication["data"])
        self.position = publication["offset"]

    def where(self):
        """The members of a command that resumes."""
        return {"recover": True, **({"offset": self.position, "epoch": self.epoch} if self.position else {})}


class RoomReader(Reader):
    """Follows a room."""

    def __init__(self, run, person, name, room):
        super().__init__(run, person, name, f"room:{room}")
        self.room = room

    async def enter(self):
        """Connects and subscribes from the last offset."""
        client = await self.socket.connected()
        reply = await client.request("subscribe", {"channel": self.channel, **self.where()}, 10)
        self.epoch = reply.get("epoch", "")
        for publication in reply.get("publications", []):
            self.take_one(publication)
        return client

    def take(self, offset, data):
        """One line of the history."""
        self.run.history.note("seen", reader=self.name, room=self.room, offset=offset, type=data["type"], text=data.get("text"))


class PersonalReader(Reader):
    """Follows a user's personal stream, to which a connection is subscribed by itself."""

    def __init__(self, run, person, name):
        super().__init__(run, person, name, f"user:{person.id}")
        self.user = person.id

    async def enter(self):
        """Connects with the last offset."""
        client = await self.socket.connected({"subs": {self.channel: self.where()}})
        reply = client.connected["subs"][self.channel]
        self.epoch = reply.get("epoch", "")
        for publication in reply.get("publications", []):
            self.take_one(publication)
        return client

    def take(self, offset, data):
        """One line of the history."""
        self.run.history.note("heard", reader=self.name, user=self.user, offset=offset, type=data["type"],
                              reminder=data.get("reminder_id"), fire_seq=data.get("fire_seq"),
                              room=data.get("room", {}).get("id"))  # fmt: skip
