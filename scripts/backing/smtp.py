"""A mail server that keeps what it gets as files and passes nothing on."""

import pathlib
import socket

from backing.places import LOOPBACK
from backing.service import ANSWER_SECONDS, Service

CATCHER = pathlib.Path(__file__).with_name("smtp_catcher.py")


class Smtp(Service):
    """scripts/backing/smtp_catcher.py; the mails are files in its data folder."""

    name = "smtp"
    programs = ("/usr/bin/python3", "/usr/lib/python3/dist-packages/aiosmtpd/__init__.py")
    start_seconds = 20
    stop_seconds = 5

    def command(self):
        return [self.programs[0], "-B", CATCHER, self.port(), self.mark()]

    def mark(self):
        return self.data

    def address(self):
        return f"smtp://{LOOPBACK}:{self.port()}"

    def answers(self):
        try:
            with socket.create_connection((LOOPBACK, self.port()), timeout=ANSWER_SECONDS) as connection:
                greeted = connection.recv(512).startswith(b"220 ")
                connection.sendall(b"QUIT\r\n")
                return greeted
        except OSError:
            return False

    def prepare(self):
        (self.folder / "data").mkdir(exist_ok=True)
