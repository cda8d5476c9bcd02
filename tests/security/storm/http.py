"""Requests by the hundred, each on a connection of its own and from an address of its own choice."""

import asyncio
import dataclasses
import itertools
import json
import time

DEADLINE = 180.0


@dataclasses.dataclass
class Answer:
    """Status, headers by lower-case name (the last of each), body as JSON or None."""

    status: int
    headers: dict
    body: dict


async def ask(server, method, path, body=None, token=None, source=None, cookie=None):
    """One request on a new connection."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {server.host}:{server.port}", "Connection: close"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if source:
        lines.append(f"X-Forwarded-For: {source}")
    if cookie:
        lines.append(f"Cookie: {cookie}")
    content = b""
    if body is not None:
        content = json.dumps(body).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    reader, writer = await asyncio.open_connection(*server.address)
    try:
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        raw = await asyncio.wait_for(reader.read(), DEADLINE)
    finally:
        writer.close()
    head, _, rest = raw.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    return Answer(int(first.split(" ")[1]), headers, json.loads(rest) if rest else None)


async def served(question, seconds=240.0):
    """What `question` is answered with once it is not 503: late is not open, and nothing was done."""
    deadline = time.monotonic() + seconds
    while (answer := await question()).status == 503:
        assert time.monotonic() < deadline, f"not served within {seconds} s: {answer}"
        await asyncio.sleep(0.05)
    return answer


async def log_in(server, login, password, source=None, **more):
    """A log-in; `more` goes into its body."""
    cookie = more.pop("cookie_header", None)
    return await ask(server, "POST", "/auth/login", {"login": login, "password": password, **more}, source=source, cookie=cookie)


async def figures(server):
    """All series of /metrics by their names with labels."""
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(f"GET /metrics HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n".encode())
    text = (await asyncio.wait_for(reader.read(), DEADLINE)).decode().partition("\r\n\r\n")[2]
    writer.close()
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


async def verifications(server):
    """How many passwords were verified against a hash of an account, and against a made-up one."""
    found = await figures(server)
    return tuple(int(found[f'callboard_password_verifications_total{{kind="{kind}"}}']) for kind in ("real", "dummy"))


def sources(net):
    """Addresses of a network of 65,536, one after the other."""
    return (f"10.{net}.{number // 250 % 250}.{number % 250 + 1}" for number in itertools.count())
