"""Signing keys: rotation beside a running server, the JWKS, keys by option, and what a crash leaves."""

import base64
import hmac
import json
import sqlite3

import pytest

from support.people import PASSWORD, People
from support.rest import Rest, expect, refused
from support.server import Server, run
from support.waiting import until

SECRET = "kT9vR2xQ8mZ4wB7nJ5cH1gL6pD3sF0aY"
OTHER_SECRET = "Zw3rT8yU1iO6pA4sD9fG2hJ7kL5xC0vB"


def header(token):
    """The decoded header of a JWT."""
    text = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def keys_of(server):
    """What `admin keys list` prints: id -> (algorithm, state, from when it signs, until when it is good)."""
    lines = server.admin("keys", "list").stdout.splitlines()
    return {fields[0]: tuple(fields[1:]) for fields in (line.split("\t") for line in lines)}


def published(server):
    """The keys of the JWKS by id."""
    answer = Rest(server.url).get("/.well-known/jwks.json")
    return {key["kid"]: key for key in expect(answer, 200)["keys"]}


def rotate(server, overlap, *flags):
    """Adds a key; its id."""
    said = server.admin("keys", "rotate", "--overlap", overlap, *flags).stdout
    assert said.startswith("added key ")
    return said.split()[2]


def audit(server):
    """(type, note) of the entries about keys."""
    with sqlite3.connect(server.database()) as connection:
        entries = connection.execute("SELECT type, detail FROM audit_entries WHERE type LIKE 'crypt_%' ORDER BY id").fetchall()
    return [(kind, json.loads(detail)["note"]) for kind, detail in entries]


def log_in_with(person, wanted):
    """Logs in until the token's header is the wanted one; the token."""

    def attempt():
        token = person.log_in()["access_token"]
        return wanted(header(token)) and token

    return until(attempt, 60, "a token of another key", 0.1)


def is_good(server, token):
    """Whether the server takes an access token."""
    status = Rest(server.url, token).get("/users/me").status_code
    assert status in (200, 401)
    return status == 200


@pytest.fixture(name="own")
def fixture_own(tmp_path):
    """Starts servers of this test's own."""
    started = []

    def start(*flags, env=None):
        server = Server(tmp_path / f"server-{len(started)}", "--max-sessions", "1000", *flags, env=env)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.discard()


def test_a_key_is_published_before_it_signs_and_the_old_one_stays_good(own):
    """No token is refused at any moment of a rotation, and the server goes on without a restart."""
    server = own()
    person = People(server).user()
    old_token = person.log_in()["access_token"]
    old = header(old_token)["kid"]
    assert set(published(server)) == {old}
    new = rotate(server, "8s")  # time to look at it before it signs
    assert keys_of(server)[new][:2] == ("ES256", "published")
    until(lambda: new in published(server), what="the new key in the JWKS")

    def logs_in_with_the_new_one():
        token = person.log_in()["access_token"]
        assert header(token)["kid"] in (old, new) and is_good(server, token) and is_good(server, old_token)
        return header(token)["kid"] == new and token

    new_token = until(logs_in_with_the_new_one, 60, "a token of the new key", 0.1)
    assert set(published(server)) == {old, new}
    listed = keys_of(server)
    assert listed[old][1] == "verifying" and listed[old][3] != "-"
    assert listed[new][1] == "signing" and listed[new][3] == "-"
    assert is_good(server, old_token) and is_good(server, new_token)
    assert [entry[0] for entry in audit(server)] == ["crypt_key_created", "crypt_key_rotated"]
    assert new in audit(server)[1][1] and old in audit(server)[1][1]

    server.admin("keys", "retire", old)
    until(lambda: not is_good(server, old_token), 60, "the end of the retired key")
    assert set(published(server)) == {new} and is_good(server, new_token)
    assert audit(server)[-1][0] == "crypt_key_retired"


def test_a_server_that_was_killed_within_a_rotation_goes_on_with_it(own):
    """Everything is in the store: the new key signs when it is time, the old tokens stay good."""
    server = own()
    person = People(server).user()
    old_token = person.log_in()["access_token"]
    new = rotate(server, "2s")
    server.kill()
    server.start()
    assert new in published(server)
    log_in_with(person, lambda head: head["kid"] == new)
    assert is_good(server, old_token)


def test_a_key_whose_last_token_has_ended_is_removed(own):
    """By the server that sees it: here the times in the store are moved to the past."""
    server = own()
    person = People(server).user()
    old_token = person.log_in()["access_token"]
    new = rotate(server, "0s")
    log_in_with(person, lambda head: head["kid"] == new)
    old = header(old_token)["kid"]
    with sqlite3.connect(server.database(), timeout=60) as connection:
        connection.execute("UPDATE signing_keys SET signs_from = signs_from - 3600000, used_until = 0")
    until(lambda: set(published(server)) == {new}, 60, "the end of the old key")
    until(lambda: set(keys_of(server)) == {new}, 60, "its removal")
    assert not is_good(server, old_token)
    assert audit(server)[-1] == ("crypt_key_retired", f"key {old}: its last token has ended")


def test_a_token_made_for_longer_keeps_its_key(own):
    """`admin token --ttl` beyond the life of other tokens is noted with the key."""
    server = own()
    person = People(server).user()
    token = server.token(person.username, "7d")
    old = header(token)["kid"]
    assert keys_of(server)[old][3] == "-"
    rotate(server, "0s")
    assert keys_of(server)[old][3] != "-"
    with sqlite3.connect(server.database()) as connection:
        created, used = connection.execute("SELECT created_at, used_until FROM signing_keys WHERE id = ?", (old,)).fetchone()
    assert used - created >= 7 * 86_400_000
    assert is_good(server, token)


def test_rotations_that_would_do_harm_are_refused(own, tmp_path):
    """A second one before the first has taken effect, another secret, the key that signs."""
    server = own()
    first = next(iter(keys_of(server)))
    refusal = server.admin("keys", "retire", first, check=False)
    assert refusal.returncode == 1 and "signs" in refusal.stderr
    assert server.admin("keys", "retire", "nothing", check=False).returncode == 1
    new = rotate(server, "1h")
    again = server.admin("keys", "rotate", check=False)
    assert again.returncode == 1 and new in again.stderr
    foreign = run("admin", "keys", "rotate", "--data-dir", server.data_dir, env={"CALLBOARD_SECRET": SECRET})
    assert foreign.returncode == 3 and "another secret" in foreign.stderr
    assert set(keys_of(server)) == {first, new}
    server.admin("keys", "retire", new)  # before it signs
    assert set(keys_of(server)) == {first}
    for overlap in ("x", "-1s", "31d", ""):
        assert server.admin("keys", "rotate", "--overlap", overlap, check=False).returncode == 2


def test_eddsa_by_option(own):
    """The first key is of the configured algorithm, and verifies for others by the JWKS."""
    server = own("--token-algorithm", "eddsa")
    token = People(server).user().log_in()["access_token"]
    key = published(server)[header(token)["kid"]]
    assert header(token)["alg"] == "EdDSA"
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")


def test_hs256_by_option_is_in_no_key_set(own):
    """Whoever has the secret can check the tokens; nobody else learns anything of it."""
    server = own(env={"CALLBOARD_TOKEN_ALGORITHM": "hs256", "CALLBOARD_TOKEN_SECRET": SECRET})
    token = People(server).user().log_in()["access_token"]
    assert header(token)["alg"] == "HS256" and published(server) == {}
    signed, signature = token.rsplit(".", 1)
    expected = hmac.digest(SECRET.encode(), signed.encode(), "sha256")
    assert base64.urlsafe_b64encode(expected).rstrip(b"=").decode() == signature
    forged = signed + "." + base64.urlsafe_b64encode(hmac.digest(b"x" * 32, signed.encode(), "sha256")).rstrip(b"=").decode()
    assert is_good(server, token) and not is_good(server, forged)
    assert SECRET not in server.all_output()
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file())


def test_an_algorithm_is_changed_by_a_rotation_only(own):
    """A server whose options say another algorithm than its key says so; the tokens of before stay good."""
    server = own()
    person = People(server).user()
    old_token = person.log_in()["access_token"]
    assert server.stop() == 0
    server.env = {"CALLBOARD_TOKEN_ALGORITHM": "hs256", "CALLBOARD_TOKEN_SECRET": SECRET}
    server.start()
    assert "callboard admin keys rotate" in server.last_output()
    assert header(person.log_in()["access_token"])["alg"] == "ES256"
    rotate(server, "0s")
    token = log_in_with(person, lambda head: head["alg"] == "HS256")
    assert is_good(server, old_token) and is_good(server, token)
    same = server.admin("keys", "rotate", check=False)
    assert same.returncode == 1 and "already" in same.stderr
    server.env = {"CALLBOARD_TOKEN_ALGORITHM": "hs256", "CALLBOARD_TOKEN_SECRET": OTHER_SECRET}
    rotate(server, "0s")
    assert is_good(server, token)


@pytest.mark.parametrize(
    "env, sentence",
    [
        ({"CALLBOARD_TOKEN_ALGORITHM": "hs256"}, "needs --token-secret"),
        ({"CALLBOARD_TOKEN_SECRET": SECRET}, "needs --token-algorithm hs256"),
        ({"CALLBOARD_TOKEN_ALGORITHM": "hs256", "CALLBOARD_TOKEN_SECRET": SECRET[:31]}, "32 bytes"),
        ({"CALLBOARD_TOKEN_ALGORITHM": "hs256", "CALLBOARD_TOKEN_SECRET": "x" * 40}, "guess"),
        ({"CALLBOARD_TOKEN_ALGORITHM": "hs256", "CALLBOARD_TOKEN_SECRET": "a-string-secret-at-least-256-bits-long"}, "well-known"),
        ({"CALLBOARD_TOKEN_ALGORITHM": "hs256", "CALLBOARD_TOKEN_SECRET": SECRET, "CALLBOARD_SECRET": SECRET}, "must not be --secret"),
        ({"CALLBOARD_SECRET": "0123456789abcdef" * 2}, "guess"),
        ({"CALLBOARD_TOKEN_ALGORITHM": "rs256"}, "must be one of"),
        ({"CALLBOARD_TOKEN_ALGORITHM": "none"}, "must be one of"),
    ],
)
def test_a_server_does_not_start_with_a_weak_secret(tmp_path, env, sentence):
    """Exit code 2, the reason, and never the secret itself."""
    done = run("serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data", env=env, cwd=tmp_path)
    assert done.returncode == 2 and sentence in done.stderr
    for name in ("CALLBOARD_TOKEN_SECRET", "CALLBOARD_SECRET"):
        assert name not in env or env[name] not in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_key_set_may_be_kept_for_less_than_a_rotation_takes(own):
    """Cache-Control of the JWKS against the default overlap."""
    answer = Rest(own().url).get("/.well-known/jwks.json")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Content-Type"] == "application/jwk-set+json"


def test_hostile_tokens_are_refused_in_the_same_way(own):
    """Through the whole server: 401 and nothing of the reason."""
    server = own()
    person = People(server).user()
    token = person.log_in()["access_token"]
    first, second, third = token.split(".")

    def packed(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    kid = header(token)["kid"]
    none = packed({"alg": "none", "kid": kid, "typ": "at+jwt"})
    path = packed({"alg": "HS256", "kid": "../../../../dev/null", "typ": "at+jwt"})
    own_mac = base64.urlsafe_b64encode(hmac.digest(b"", f"{path}.{second}".encode(), "sha256")).rstrip(b"=").decode()
    for hostile in (f"{none}.{second}.", f"{none}.{second}.{third}", f"{path}.{second}.{own_mac}", f"{first}.{second}.",
                    f"{first}.{second}", f"{token}=", token[:-2] + "AA", "a" * 6_000, "..", "null"):
        answer = refused(Rest(server.url, hostile).get("/users/me"), 401, "unauthorized")
        assert "kid" not in json.dumps(answer)
    assert is_good(server, token)
    assert PASSWORD not in server.all_output()
