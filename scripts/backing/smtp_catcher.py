#!/usr/bin/python3
"""Takes mail on loopback and keeps it as files: smtp_catcher.py PORT FOLDER

A mail becomes two files, NUMBER.eml with its text as it came and NUMBER.json with `sender`, `recipients`, `received_at`,
`subject`, `message_id` and `file`; the second appears last and whole, so whoever sees it can read both. Numbers rise
without end; beyond 10,000 mails the oldest go. An address that begins with `answer-NNN` (say answer-550@example.com) is
refused with that code, 400 to 599, to see what a sender makes of it.
"""

import asyncio
import datetime
import email
import email.policy
import json
import pathlib
import re
import signal
import sys

from aiosmtpd.smtp import SMTP

LOOPBACK = "127.0.0.1"
MAIL_BYTES = 10 << 20
KEPT = 10_000


class Catcher:
    """What the server calls for each mail."""

    def __init__(self, folder):
        self.folder = folder
        numbers = sorted(int(path.stem) for path in folder.glob("*.json") if path.stem.isdigit())
        self.next = numbers[-1] + 1 if numbers else 1

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        """Refuses the addresses that ask for it."""
        refused = re.match(r"answer-([45]\d\d)\b", address)
        if refused:
            return f"{refused.group(1)} {refused.group(1)[0]}.0.0 as the address asks"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        """Keeps a mail; it is on disk when the sender is told so."""
        number, self.next = self.next, self.next + 1
        text = self.folder / f"{number:08}.eml"
        text.write_bytes(envelope.original_content)
        headers = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        note = {"sender": envelope.mail_from, "recipients": envelope.rcpt_tos,
                "received_at": datetime.datetime.now(datetime.timezone.utc).isoformat(),
                "subject": headers["Subject"], "message_id": headers["Message-ID"], "file": text.name}
        fresh = self.folder / f"{number:08}.new"
        fresh.write_text(json.dumps(note, ensure_ascii=False) + "\n")
        fresh.rename(self.folder / f"{number:08}.json")
        for suffix in (".json", ".eml"):
            (self.folder / f"{number - KEPT:08}{suffix}").unlink(missing_ok=True)
        return f"250 2.0.0 kept as {number}"


async def serve(port, folder):
    """Until SIGTERM or SIGINT."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    catcher = Catcher(folder)
    server = await loop.create_server(lambda: SMTP(catcher, data_size_limit=MAIL_BYTES, enable_SMTPUTF8=True,
                                                   hostname="localhost", ident="mail catcher"), LOOPBACK, port)
    async with server:
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), pathlib.Path(sys.argv[2])))
