"""TLS at the edge, through the real program and foreign clients: curl, Python's ssl, requests and websockets."""

import asyncio
import contextlib
import json
import shutil
import signal
import socket
import ssl
import subprocess
import threading

import pytest

from support.certificates import Authority
from support.centrifuge import Client
from support.people import People
from support.rest import Rest
from support.server import binary
from support.waiting import until

HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # the beginning of a ClientHello
REQUEST = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@contextlib.contextmanager
def dialled(server, context, receive_buffer=None):
    """A TLS connection by Python's ssl."""
    plain = socket.socket()
    if receive_buffer is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.settimeout(60)
    plain.connect(server.address)
    with context.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as connection:
        yield connection


def read_to_end(connection):
    """Everything until close_notify; an end without one raises SSLEOFError."""
    received = b""
    while data := connection.recv(65536):
        received += data
    return received


def read_answer(connection):
    """Head and body of one answer."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        assert data, received
        received += data
    head, body = received.split(b"\r\n\r\n", 1)
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        data = connection.recv(65536)
        assert data, (len(body), length)
        body += data
    return head.decode(), body


def common_name(connection):
    """Whose certificate the server has shown."""
    return dict(part[0] for part in connection.getpeercert()["subject"])["commonName"]


def test_rest_by_curl_with_its_own_checks(secure, authority):
    """The name and the chain are checked; HTTP/1.1 is agreed on; HSTS and a __Host- cookie come along."""
    server = secure()
    assert server.url.startswith("https://")
    assert f"callboard listening on {server.url}" in server.last_output()
    body = json.dumps({"username": "secure.one", "email": "s1@example.com", "password": "a long enough phrase"})
    common = ["curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", str(authority.certificate), "--include"]
    as_json = ["--header", "Content-Type: application/json", "--data"]
    made = subprocess.run([*common, "-v", *as_json, body, f"{server.url}/auth/register"], capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("HTTP/1.1 201")
    assert "ALPN" in made.stderr and "accepted" in made.stderr and "http/1.1" in made.stderr
    assert "strict-transport-security: max-age=" in made.stdout.lower()
    login = json.dumps({"login": "secure.one", "password": "a long enough phrase", "cookie": True})
    answer = subprocess.run([*common, *as_json, login, f"{server.url}/auth/login"], capture_output=True, text=True, timeout=60, check=False)
    assert "__Host-callboard=" in answer.stdout and "; Secure" in answer.stdout, answer.stdout
    stranger = subprocess.run(["curl", "--silent", "--noproxy", "*", f"{server.url}/livez"], timeout=60, check=False)
    assert stranger.returncode == 60  # the certificate is not known to the system


async def test_websocket_with_a_foreign_client(secure, authority):
    """What is posted is seen, whole and in order; pages of other origins and of plain http are refused."""
    server = secure()
    people = People(server)
    owner = people.user()
    room = owner.room("over tls")["id"]
    client = await Client.open(server, owner.token, ssl=authority.trust())
    await client.subscribe(room)
    text = "encrypted " * 300
    for _ in range(100):
        await client.publish(room, text)
    got = await client.publications_to(f"room:{room}", 100)
    assert [each["data"]["text"] for each in got if "text" in each["data"]] == [text] * 100
    await client.close()
    own = await Client.dial(server, origin=server.url, ssl=authority.trust())
    await own.close()
    for origin in (server.url.replace("https", "http"), "https://evil.example"):
        with pytest.raises(Exception) as refusal:
            await Client.dial(server, origin=origin, ssl=authority.trust())
        assert "403" in str(refusal.value)


async def test_a_new_certificate_by_sighup_while_a_websocket_stays(secure, authority):
    """New connections see it; those that there are go on; a bad file changes nothing."""
    server = secure("--header-timeout", "2m")
    owner = People(server).user()
    client = await Client.open(server, owner.token, ssl=authority.trust())
    with dialled(server, authority.trust()) as before:
        assert common_name(before) == "first"
        certificate, key = authority.issue("second")
        shutil.copy2(certificate, server.certificate)
        server.signal(signal.SIGHUP)  # the key is still the first one's
        until(lambda: "does not belong to the certificate" in server.last_output(), 60, "the refusal of the pair")
        with dialled(server, authority.trust()) as still:
            assert common_name(still) == "first"
        shutil.copy2(key, server.key)
        server.signal(signal.SIGHUP)
        until(lambda: "The certificate was read again" in server.last_output(), 60, "the new certificate")
        with dialled(server, authority.trust()) as after:
            assert common_name(after) == "second"
        before.sendall(REQUEST + b"\r\n")
        assert read_answer(before)[0].startswith("HTTP/1.1 200")
    assert await client.request("ping", {}) is not None
    await client.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the old versions that are tried here
def test_what_is_not_modern_tls_is_refused(secure, authority):
    """TLS 1.1, old suites, other protocols by ALPN get an alert, plain HTTP a sentence; others are served after it."""
    server = secure()
    old = authority.trust()
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="(?i)protocol.version"):
        with dialled(server, old):
            pass
    weak = authority.trust()
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA")
    with pytest.raises(ssl.SSLError, match="(?i)handshake.failure"):
        with dialled(server, weak):
            pass
    other = authority.trust()
    other.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        with dialled(server, other):
            pass
    with socket.create_connection(server.address, timeout=60) as plain:
        plain.sendall(REQUEST + b"\r\n")
        answer = read_to_end(plain)
    assert answer.startswith(b"HTTP/1.1 400 ") and b"use https" in answer
    for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = authority.trust()
        context.minimum_version = context.maximum_version = newest
        context.set_alpn_protocols(["h2", "http/1.1"])
        with dialled(server, context) as connection:
            assert connection.selected_alpn_protocol() == "http/1.1"
            connection.sendall(REQUEST + b"\r\n")
            assert read_answer(connection)[0].startswith("HTTP/1.1 200")
            assert not connection.session_reused and not connection.session.has_ticket


def test_the_end_is_announced(secure, authority):
    """An answer that ends the connection is followed by close_notify, also under TLS 1.2 and when the client ends first."""
    server = secure()
    for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = authority.trust()
        context.maximum_version = newest
        with dialled(server, context) as connection:
            connection.sendall(REQUEST + b"Connection: close\r\n\r\n")
            assert read_to_end(connection).startswith(b"HTTP/1.1 200 ")
        with dialled(server, context) as connection:
            connection.unwrap().close()  # waits for the server's close_notify


def test_half_closed_and_cut_connections(secure, authority):
    """A client that has said all it wants to say still gets its answer; one that vanishes takes nobody with it."""
    server = secure("--connections-per-address", "3")
    with socket.create_connection(server.address, timeout=60) as plain:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        engine = authority.trust().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")

        def step(action):
            while True:
                try:
                    result = action()
                    if outgoing.pending:
                        plain.sendall(outgoing.read())
                    return result
                except ssl.SSLWantReadError:
                    if outgoing.pending:
                        plain.sendall(outgoing.read())
                    data = plain.recv(65536)
                    if not data:
                        incoming.write_eof()
                    incoming.write(data)

        step(engine.do_handshake)
        engine.write(REQUEST + b"\r\n")
        plain.sendall(outgoing.read())
        plain.shutdown(socket.SHUT_WR)
        assert step(lambda: engine.read(65536)).startswith(b"HTTP/1.1 200 ")
    for _ in range(10):
        until(lambda: vanish(server, authority), 60, "a place for one more")
    until(lambda: len(accepted(server, authority, 3)) == 3, 60, "the places of clients that vanished")


def vanish(server, authority):
    """Half a request, then a reset. False if the server has no place."""
    with contextlib.suppress(OSError), dialled(server, authority.trust()) as connection:
        connection.sendall(REQUEST)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        return True
    return False


def accepted(server, authority, most):
    """Versions of the TLS connections that are let in at once, up to `most`."""
    versions = []
    with contextlib.ExitStack() as held:
        for _ in range(most):
            try:
                versions.append(held.enter_context(dialled(server, authority.trust())).version())
            except (OSError, ssl.SSLError):
                break
    return versions


def test_slow_handshakes_count_and_are_cut(secure, authority):
    """As connections of their address, and as handshakes under way; others are served meanwhile."""
    server = secure("--tls-handshakes-per-address", "2", "--tls-handshake-timeout", "8s")
    slow = [socket.create_connection(server.address, timeout=60) for _ in range(2)]
    for each in slow:
        each.sendall(HELLO)
    with socket.create_connection(server.address, timeout=60) as third:
        third.sendall(HELLO)
        with contextlib.suppress(ConnectionResetError):
            assert third.recv(1) == b""
    other = socket.create_connection(server.address, timeout=60, source_address=("127.0.0.2", 0))
    with authority.trust().wrap_socket(other, server_hostname="127.0.0.1") as connection:
        connection.sendall(REQUEST + b"\r\n")
        assert read_answer(connection)[0].startswith("HTTP/1.1 200")
    for each in slow:
        with contextlib.suppress(ConnectionResetError):
            assert each.recv(1) == b""  # cut by the server
        each.close()
    with dialled(server, authority.trust()) as connection:
        connection.sendall(REQUEST + b"\r\n")
        assert read_answer(connection)[0].startswith("HTTP/1.1 200")


def test_connections_are_counted_once(secure, authority):
    """With room for five, five are let in, the sixth is not, and a place that becomes free is taken again."""
    server = secure("--connections-per-address", "5")
    assert len(accepted(server, authority, 6)) == 5
    until(lambda: len(accepted(server, authority, 5)) == 5, 60, "the places again")


def test_large_bodies_and_answers_are_intact(secure, authority, tmp_path):
    """A file of more than 1 MB for clients that read slowly and fast; bodies up to the limit; 200 connections at once."""
    web = tmp_path / "web"
    web.mkdir()
    (web / "index.html").write_text("<!doctype html>")
    content = bytes(range(256)) * 6000
    (web / "large.bin").write_bytes(content)
    (web / "medium.bin").write_bytes(content[:200_000])
    server = secure("--web-dir", web, "--header-timeout", "2m")
    with dialled(server, authority.trust(), 4096) as connection:
        connection.sendall(b"GET /large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        head, body = read_to_end(connection).split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 200 ") and body == content
    rest = Rest(server.url, authority=server.authority)
    refused = rest.post("/auth/login", {"login": "x" * 12_000, "password": "y"})
    assert refused.status_code in (401, 422)
    assert rest.post("/auth/login", {"login": "x" * 100_000, "password": "y"}).status_code == 413
    context = authority.trust()
    with contextlib.ExitStack() as held:
        many = [held.enter_context(dialled(server, context)) for _ in range(200)]
        results = [None] * len(many)

        def ask(i):
            many[i].sendall(b"GET /medium.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            results[i] = read_answer(many[i])[1] == content[:200_000]

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(many))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert all(results)


async def test_stopping_hands_over_what_was_answered(secure, authority, tmp_path):
    """A client that reads slowly gets all of its answer and close_notify, a WebSocket its close frame; the program then
    ends with 0."""
    web = tmp_path / "web"
    web.mkdir()
    (web / "index.html").write_text("<!doctype html>")
    content = bytes(range(256)) * 2000
    (web / "large.bin").write_bytes(content)
    server = secure("--web-dir", web)
    client = await Client.open(server, People(server).user().token, ssl=authority.trust())
    with dialled(server, authority.trust(), 4096) as connection:
        connection.sendall(b"GET /large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        received = connection.recv(1024)
        server.signal(signal.SIGTERM)
        await asyncio.wait_for(client.socket.wait_closed(), 60)
        received += await asyncio.to_thread(read_to_end, connection)
    assert received.split(b"\r\n\r\n", 1)[1] == content
    assert client.socket.close_code == 3001
    assert server.wait() == 0


def test_the_load_client_checks_the_certificate(secure, authority, tmp_path):
    """With the authority it measures, every message in order; without, or with another one, it says what is wrong."""
    server = secure()
    line = [binary().with_name("callboard-load"), "fanout", "--url", server.ws_url, "--rest", server.url, "--json",
            "--register", "5", "--subscribers", "5", "--messages", "200", "--warm-up", "0"]  # fmt: skip
    done = subprocess.run([*line, "--ca", authority.certificate], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    tokens = tmp_path / "tokens.txt"
    tokens.write_text(f"{People(server).user().token}\n")
    line = [binary().with_name("callboard-load"), "idle", "--url", server.ws_url, "--token-file", tokens,
            "--connections", "1", "--seconds", "0.1", "--channel", "personal:0"]  # fmt: skip
    another = Authority(tmp_path / "another").certificate
    for more in ([], ["--ca", another]):
        done = subprocess.run([*line, *more], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0 and "no secure connection: unable to get local issuer certificate" in done.stderr, done
    done = subprocess.run([*line, "--ca", tmp_path / "absent"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and "holds no certificates" in done.stderr, done
