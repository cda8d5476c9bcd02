"""The mail catcher keeps what it gets as files and refuses the addresses that ask for it."""

import json
import smtplib

import pytest

from support import send_mail


def mails(instance):
    """The notes of the kept mails, in order."""
    return [json.loads(path.read_text()) for path in sorted((instance.root / "smtp/data").glob("*.json"))]


def test_a_mail_is_kept_with_its_envelope_and_text(instance):
    instance.run("start", "smtp")
    address = instance.address("smtp")
    send_mail(address, ["ada@example.com", "grace@example.com"], "Subject: Curtain\r\nMessage-ID: <1@board>\r\n\r\nat eight\r\n")
    send_mail(address, ["ada@example.com"], "Subject: =?utf-8?b?0JLQtdGH0LXRgA==?=\r\n\r\n.\r\n")
    first, second = mails(instance)
    assert (first["sender"], first["recipients"]) == ("board@example.com", ["ada@example.com", "grace@example.com"])
    assert (first["subject"], first["message_id"], second["subject"]) == ("Curtain", "<1@board>", "Вечер")
    assert (instance.root / "smtp/data" / first["file"]).read_bytes().endswith(b"\r\n\r\nat eight\r\n")
    instance.run("stop", "smtp")
    instance.run("start", "smtp")
    send_mail(instance.address("smtp"), ["ada@example.com"], "Subject: third\r\n\r\n")
    assert [mail["subject"] for mail in mails(instance)] == ["Curtain", "Вечер", "third"]


def test_an_address_can_ask_to_be_refused(instance):
    instance.run("start", "smtp")
    for code in (451, 550):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send_mail(instance.address("smtp"), [f"answer-{code}@example.com"], "Subject: no\r\n\r\n")
        assert refused.value.recipients[f"answer-{code}@example.com"][0] == code
    assert not mails(instance)
