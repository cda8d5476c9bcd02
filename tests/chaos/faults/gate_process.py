"""TCP gates in a process of their own: `gate_process.py NAME...`, then commands on standard input, an answer to each.

A command is one line of JSON: `{"gate": NAME, "do": WHAT, ...}`. WHAT is `lead` (to the server at `port`), `cut` (every
connection ends with a reset), `hold` (nothing passes, nothing ends, until the next `cut`), `deafen` (requests pass,
answers are lost, until the next `cut`). An answer holds how many connections there were, and `from` and `to`: the times
of the monotonic clock between which it was done. The first line of the output is `{NAME: PORT}`.
"""

import asyncio
import json
import socket
import struct
import sys
import time

CHUNK = 1 << 16
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Gate:
    """A door in front of one server on loopback."""

    def __init__(self):
        self.port = 0
        self.links = {}
        self.passing = asyncio.Event()
        self.passing.set()
        self.deaf = False

    async def enter(self, reader, writer):
        """One connection from its beginning to its end."""
        task = asyncio.current_task()
        self.links[task] = [writer]
        try:
            await self.passing.wait()
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.links[task].append(server_writer)
            await asyncio.gather(self.pump(reader, server_writer, False), self.pump(server_reader, writer, True))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for each in self.links.pop(task):
                reset(each)

    async def pump(self, reader, writer, is_answer):
        """Passes bytes on, as long as they may pass; ends when one side ended."""
        while data := await reader.read(CHUNK):
            await self.passing.wait()
            if not (is_answer and self.deaf):
                writer.write(data)
                await writer.drain()
        if is_answer:
            await writer.drain()
            raise ConnectionResetError("the server ended the connection")
        writer.write_eof()

    async def cut(self):
        """Ends every connection, also those that wait to pass, and opens the gate."""
        tasks = list(self.links)
        for task in tasks:
            for writer in self.links.get(task, ()):
                reset(writer)
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self.deaf = False
        self.passing.set()

    async def do(self, command):
        """Carries a command out; returns how many connections it met."""
        met = len(self.links)
        if command["do"] == "lead":
            self.port = command["port"]
        elif command["do"] == "hold":
            self.passing.clear()
        elif command["do"] == "deafen":
            self.deaf = True
        elif command["do"] == "cut":
            await self.cut()
        else:
            raise ValueError(command)
        return met


def reset(writer):
    """Ends a connection with a reset."""
    link = writer.get_extra_info("socket")
    if link is not None and link.fileno() >= 0:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()


async def main(names):
    gates = {name: Gate() for name in names}
    servers = {name: await asyncio.start_server(gate.enter, "127.0.0.1", 0, backlog=1024) for name, gate in gates.items()}
    print(json.dumps({name: server.sockets[0].getsockname()[1] for name, server in servers.items()}), flush=True)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command = json.loads(line)
        begun = time.monotonic()
        met = await gates[command["gate"]].do(command)
        print(json.dumps({"connections": met, "from": begun, "to": time.monotonic()}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
