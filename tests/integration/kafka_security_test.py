"""Kafka by TLS, with a password or a certificate: who is not believed gets nothing, and then no event is lost."""

import re

import pytest

from support import kafka
from support.analytics import Figures
from support.certificates import Authority
from support.metrics import figure
from support.people import People
from support.rest import Rest
from support.secure_kafka import PASSWORD, USER, SecureKafka
from support.server import run
from support.services import service_of_its_own
from support.waiting import until

USAGE = 2  # exit code
WRONG = "not-the-password-7"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Who vouches for the broker."""
    return Authority(tmp_path_factory.mktemp("certificates") / "authority")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """Who vouches for others."""
    return Authority(tmp_path_factory.mktemp("certificates") / "stranger")


@pytest.fixture(scope="module")
def broker(authority):
    """The broker."""
    with service_of_its_own("kafka", lambda root: SecureKafka(root, authority)) as service:
        service.start()
        yield service


def environment(address, authority, protocol="sasl_ssl", password=PASSWORD, **more):
    """What callboard is told of the broker."""
    told = {"brokers": address, "protocol": protocol, "ca": str(authority.certificate), **more}
    if protocol == "sasl_ssl":
        told |= {"username": USER, "password": password}
    return {f"CALLBOARD_KAFKA_{name.upper()}": str(value) for name, value in told.items()}


@pytest.fixture(scope="module")
def ways(broker, authority):
    """Each way in that the broker accepts."""
    certificate, key = authority.issue("callboard")
    return {
        "scram": environment(broker.secure_address(), authority),
        "plain": environment(broker.secure_address(), authority, mechanism="PLAIN"),
        "certificate": environment(broker.secure_address("certificates"), authority, "ssl", cert=certificate, key=key),
    }


def waiting_events(server):
    """How many events wait in the outbox."""
    return figure(Rest(server.url), "callboard_outbox_rows")


def say(server, text):
    """A message by somebody new, in a room of theirs."""
    person = People(server, f"p{server.starts}").user()
    person.say(person.room()["id"], text)


def said(events):
    """The texts of the messages that were published."""
    return {event.data["text"] for event in events if event.type == "message.created"}


@pytest.mark.parametrize("way", ["scram", "plain", "certificate"])
def test_events_arrive_and_are_read_again(own_server, broker, ways, way):
    server = own_server(env=ways[way])
    until(lambda: "Kafka: events are published to " in server.last_output(), 60, "a connection")
    reader = kafka.Reader(address=broker.address())
    figures = Figures(People(server))
    before = figures.totals()["messages"]
    say(server, f"by {way}")
    reader.until(lambda all_: f"by {way}" in said(all_))
    reader.close()
    until(lambda: figures.totals()["messages"] > before, 60, "the message among the figures")
    assert server.stop() == 0


def test_who_is_not_believed_gets_nothing_and_no_event_is_lost(own_server, broker, authority, stranger, ways):
    with_tls = broker.secure_address()
    wrong = {
        "another password": (environment(with_tls, authority, password=WRONG), "SASL authentication error"),
        "another authority": (environment(with_tls, stranger), "certificate verify failed"),
        "another name": (environment(broker.secure_address(host="127.0.0.1"), authority), "certificate verify failed"),
        "another mechanism": (environment(with_tls, authority, mechanism="SCRAM-SHA-256"), "Unsupported SASL mechanism"),
        # The broker's alert comes after the handshake, together with the end of the connection: which of them is told first
        # is a matter of moments.
        "no certificate": (environment(broker.secure_address("certificates"), authority, "ssl"),
                           "alert bad certificate|alert certificate required|isconnected|closed"),
    }
    reader = kafka.Reader(address=broker.address())
    server = own_server("--drain-timeout", "30s", start=False)
    for what, (server.env, complaint) in wrong.items():
        server.start()
        say(server, what)
        until(lambda words=complaint: re.search(f"Kafka: .*({words})", server.last_output()), 60, complaint)
        until(lambda: waiting_events(server) > 0, 60, "events in the outbox")
        assert server.stop() == 0
    assert reader.rest() == []
    server.env = ways["scram"]
    server.start()
    reader.until(lambda all_: said(all_) >= set(wrong))
    reader.close()
    until(lambda: waiting_events(server) == 0, 60, "an empty outbox")
    assert server.stop() == 0
    assert not any(secret in server.all_output() for secret in (PASSWORD, WRONG))


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (["--kafka-protocol", "sasl_plaintext"], "must be one of plaintext|ssl|sasl_ssl"),
        (["--kafka-protocol", "sasl_ssl"], "sasl_ssl needs --kafka-username and --kafka-password"),
        (["--kafka-ca", "ca.pem"], "need --kafka-protocol ssl or sasl_ssl"),
        (["--kafka-protocol", "ssl", "--kafka-username", "x", "--kafka-password", WRONG], "need --kafka-protocol sasl_ssl"),
        (["--kafka-protocol", "ssl", "--kafka-cert", "cert.pem"], "need each other"),
        (["--kafka-protocol", "ssl", "--kafka-ca", "not-there.pem"], "ssl.ca.location"),
        (["--kafka-protocol", "ssl", "--kafka-cert", "not-there.pem", "--kafka-key", "nor.pem"], "ssl.certificate.location"),
    ],
)
def test_what_cannot_work_or_would_be_without_effect_ends_the_start(flags, complaint, tmp_path):
    for command in (["config", "check"], ["serve", "--data-dir", tmp_path / "data"]):
        done = run(*command, "--kafka-brokers", "127.0.0.1:9093", *flags, cwd=tmp_path)
        assert done.returncode == USAGE, done
        assert complaint in done.stderr and WRONG not in done.stderr
    assert not (tmp_path / "data").exists()


def test_security_without_a_broker_is_refused(tmp_path):
    done = run("config", "check", "--kafka-protocol", "ssl", cwd=tmp_path)
    assert (done.returncode, "needs --kafka-brokers" in done.stderr) == (USAGE, True), done
