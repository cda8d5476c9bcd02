"""What writers and readers of one run share: where the server is, who they are, which rooms there are, when it is over."""

import asyncio
import base64
import dataclasses
import json
import random

from load.history import History

# How long an operation is tried again before nobody waits for it any more.
GIVE_UP_SECONDS = 60.0
# How many of the operations that lost an answer are not tried again: their outcome stays unknown.
IMPATIENT = 0.05
PAUSES = (0.02, 0.15)


@dataclasses.dataclass
class Person:
    """A user with an access token."""

    name: str
    token: str

    @property
    def id(self):
        """The user's number, as the token has it."""
        claims = self.token.split(".")[1]
        return int(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])


@dataclasses.dataclass
class Run:
    """One run. `port` is that of the gate before callboard; `names` whom a new room may have
    as members, `rooms` where messages go, `closed_room` where nobody of the writers may write."""

    port: int
    seed: int
    history: History
    names: list = dataclasses.field(default_factory=list)
    rooms: list = dataclasses.field(default_factory=list)
    closed_room: int = 0
    stopping: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    troubles: list = dataclasses.field(default_factory=list)

    # What the client of the Centrifuge protocol asks a server for.
    host = "127.0.0.1"

    @property
    def address(self):
        """(host, port)"""
        return self.host, self.port

    @property
    def ws_url(self):
        """Address of the WebSocket endpoint."""
        return f"ws://{self.host}:{self.port}/connection/websocket"

    def random(self, name):
        """Random numbers of one writer or reader: the same for the same seed."""
        return random.Random(f"{self.seed} {name}")

    async def pause(self, chance, longest):
        """A pause between two operations; the end of the run ends it."""
        try:
            await asyncio.wait_for(self.stopping.wait(), chance.uniform(0, longest))
        except asyncio.TimeoutError:
            pass

    async def settle(self, operation, try_once, chance):
        """Tries an operation until its outcome is known or nobody waits for it any more; returns (outcome, result).

        `try_once(is_first)` returns (outcome, result) of one try, as the history has them.
        """
        begun = asyncio.get_running_loop().time()
        number = 0
        while True:
            number += 1
            self.history.sent(operation, number)
            outcome, result = await try_once(number == 1)
            self.history.answer(operation, number, outcome, result)
            waited = asyncio.get_running_loop().time() - begun
            if outcome in ("temporary", "lost"):
                if waited < GIVE_UP_SECONDS and not (outcome == "lost" and chance.random() < IMPATIENT):
                    await asyncio.sleep(chance.uniform(*PAUSES))
                    continue
                outcome = "unknown"
            self.history.end(operation, outcome, result)
            return outcome, result
