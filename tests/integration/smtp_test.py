"""Mail over a real SMTP server: handed over once, repeated when refused for now, given up when refused for good."""

import email
import email.policy
import json
import os
import pathlib

from support.doctor import until_well
from support.people import People
from support.rest import expect
from support.server import run
from support.services import service_of_its_own
from support.waiting import until

URL = os.environ.get("CALLBOARD_TEST_SMTP_URL", "")
CAUGHT = pathlib.Path(os.environ.get("CALLBOARD_SERVICES_ROOT", "")) / "smtp" / "data"


def letters(address):
    """The mails that the server caught for an address, oldest first."""
    assert URL, "CALLBOARD_TEST_SMTP_URL is not set: scripts/services start smtp"
    found = []
    for note in sorted(CAUGHT.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
        if address in json.dumps(json.loads(note.read_text())):
            text = note.with_suffix(".eml").read_bytes()
            found.append(email.message_from_bytes(text, policy=email.policy.default))
    return found


def state(person, reminder):
    """The reminder as it is now."""
    return expect(person.rest.get(f"/reminders/{reminder['id']}"), 200)["state"]


def test_a_reminder_goes_out_by_mail(own_server):
    """With its text whole, to its owner, from the address of the option, once."""
    server = own_server("--smtp-url", URL, "--mail-from", "board@example.com")
    person = People(server, "letters").user()
    address = expect(person.rest.get("/users/me"), 200)["email"]
    text = "Чай 🍵 at five\n.\nand more " + "x" * 300
    reminder = person.remind(text, **{"in": "PT1S"}, email=True)
    until(lambda: letters(address), 60, "the mail")
    until(lambda: state(person, reminder) == "delivered", 60, "the state delivered")
    (letter,) = letters(address)
    assert letter["From"] == "board@example.com" and letter["To"] == address
    assert text in letter.get_content().replace("\r\n", "\n")
    assert letter["Message-ID"].endswith("@example.com>")


def test_a_mail_server_that_is_not_there_is_tried_again(own_server):
    """The reminder fires on time all the same; its mail waits for the next try."""
    server = own_server("--smtp-url", "smtp://127.0.0.1:1")
    person = People(server).user()
    reminder = person.remind("tea", **{"in": "PT1S"}, email=True)
    until(lambda: state(person, reminder) in ("firing", "delivered"), 60, "the firing")
    assert state(person, reminder) == "firing"
    assert expect(person.rest.get("/users/me"), 200)["username"] == person.username


def test_bad_addresses_are_refused_at_the_start(own_server, tmp_path):
    """Each with a sentence that names the option."""
    for flag, value in (("--smtp-url", "http://127.0.0.1"), ("--mail-from", "nobody"), ("--mail-from", "a b@example.com")):
        done = run("config", "check", flag, value)
        assert done.returncode != 0 and flag in done.stderr, done


def test_the_doctor_asks_the_mail_server_and_sends_nothing(tmp_path):
    with service_of_its_own("smtp") as service:
        service.start()
        done = until_well(tmp_path, "--smtp-url", service.address())
        assert "ok       mail           the mail server answers." in done.stdout.splitlines(), done.stdout
        assert list((service.folder / "data").iterdir()) == []
