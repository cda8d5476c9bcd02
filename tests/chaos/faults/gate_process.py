"""TCP gates in a process of their own: `gate_process.py NAME...`, then commands on standard input, an answer to each.

A command is one line of JSON: `{"gate": NAME, "do": WHAT, ...}`. WHAT is `lead` (to the server at `port`), `cut` (every
connection ends with a reset), `hold` (nothing passes, nothing ends, until the next `cut`), `deafen` (requests pass,
answers are lost, until the next `cut`), `orphan` (waits for the next request that holds `word`, up to `seconds`; when the
server has answered it, the answer is lost and that connection ends). An answer holds how many connections there were, and
`from` and `to`: the times of the monotonic clock between which it was done. The first line of the output is `{NAME: PORT}`.
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
        self.word = None  # the request whose answer will be lost
        self.orphaned = None  # when such a request passed, and when its connection ended

    async def enter(self, reader, writer):
        """One connection from its beginning to its end."""
        task = asyncio.current_task()
        self.links[task] = [writer]
        try:
            await self.passing.wait()
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.links[task].append(server_writer)
            asked = asyncio.Event()
            await asyncio.gather(self.ask(reader, server_writer, asked), self.answer(server_reader, writer, asked))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for each in self.links.pop(task):
                reset(each)

    async def ask(self, reader, writer, asked):
        """Passes requests on, as long as they may pass; `asked` is set by the one whose answer is to be lost."""
        while data := await reader.read(CHUNK):
            await self.passing.wait()
            if self.word and self.word in data:
                self.word = None
                self.orphaned.append(time.monotonic())
                asked.set()
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    async def answer(self, reader, writer, asked):
        """Passes answers on, as long as they may pass; ends the connection when the server does."""
        while data := await reader.read(CHUNK):
            await self.passing.wait()
            if asked.is_set():
                break
            if not self.deaf:
                writer.write(data)
                await writer.drain()
        if asked.is_set():
            self.orphaned.append(time.monotonic())
        raise ConnectionResetError("nothing more comes")

    async def orphan(self, word, seconds):
        """Loses the answer to the next request that holds a word; returns when it passed and when its connection ended."""
        self.word, self.orphaned = word.encode(), []
        deadline = time.monotonic() + seconds
        while len(self.orphaned) < 2 and time.monotonic() < deadline:
            await asyncio.sleep(0.002)
        self.word = None
        return self.orphaned if len(self.orphaned) == 2 else None

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
        """Carries a command out; returns how many connections it met, `orphan` its two times."""
        met = len(self.links)
        if command["do"] == "lead":
            self.port = command["port"]
        elif command["do"] == "hold":
            self.passing.clear()
        elif command["do"] == "deafen":
            self.deaf = True
        elif command["do"] == "cut":
            await self.cut()
        elif command["do"] == "orphan":
            return await self.orphan(command["word"], command["seconds"])
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
        ended = time.monotonic()
        if command["do"] == "orphan":
            begun, ended = met or (begun, ended)
            met = 1 if met else 0
        print(json.dumps({"connections": met, "from": begun, "to": ended}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
