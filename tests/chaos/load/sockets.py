"""WebSocket connections that are made again whenever they end."""

import asyncio

from support.centrifuge import Client, Closed, Refused

CONNECT_SECONDS = 120.0
REQUEST_SECONDS = 10.0


class Socket:
    """The connection of one user. Kept until it ends; the next use makes another."""

    def __init__(self, run, person, chance):
        self.run = run
        self.person = person
        self.chance = chance
        self.client = None

    async def connected(self, connect=None):
        """A connection that stands, tried again until there is one; `connect` adds members to the first command."""
        if self.client is not None and self.client.close_code is None:
            return self.client
        await self.close()
        deadline = asyncio.get_running_loop().time() + CONNECT_SECONDS
        while True:
            try:
                self.client = await asyncio.wait_for(self._open(connect), REQUEST_SECONDS)
                return self.client
            except Refused as error:
                assert error.temporary, f"{self.person.name} is refused for good: {error}"
            except Closed as error:
                assert error.code < 3500, f"{self.person.name} is closed for good: {error}"
            except Exception as error:  # whatever a dying server makes of a handshake
                assert not isinstance(error, AssertionError), error
            assert asyncio.get_running_loop().time() < deadline, f"no connection within {CONNECT_SECONDS} s"
            await asyncio.sleep(self.chance.uniform(0.02, 0.2))

    async def _open(self, connect):
        client = await Client.dial(self.run)
        try:
            client.connected = await client.request(
                "connect", {"token": self.person.token, **(connect or {})}, REQUEST_SECONDS
            )
        except BaseException:
            abort(client)
            raise
        return client

    async def request(self, method, params):
        """(outcome, result) of one command, as the history has them."""
        try:
            client = await self.connected()
            return "ok", await client.request(method, params, REQUEST_SECONDS)
        except Refused as error:
            return ("temporary", None) if error.temporary else ("refused", {"code": error.code, "text": error.message})
        except Closed as error:
            assert error.code < 3500, f"{self.person.name} is closed for good: {error}"
            return "lost", None
        except (OSError, EOFError, asyncio.TimeoutError):
            await self.close()
            return "lost", None

    async def close(self):
        """Ends the connection, if there is one, without waiting for the other side."""
        if self.client is not None:
            abort(self.client)
            await asyncio.gather(self.client.reader, return_exceptions=True)
            self.client = None


def abort(client):
    """Ends a connection at once."""
    client.reader.cancel()
    client.socket.transport.abort()
