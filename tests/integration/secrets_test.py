"""No secret in anything that the program writes, at the finest level of its log and when something is wrong."""

import re
import subprocess

import pytest

from support.centrifuge import Client, Closed, Refused
from support.people import PASSWORD, People, password_hash
from support.rest import Rest, expect
from support.server import free_port, run
from support.waiting import until

ROOT = "root-secret-of-the-installation-5Yq"
SHARED = "shared-secret-of-the-tokens-8kLmZ3"
WRONG = "wrong-lantern-pier-81"
NEXT = "blue-lantern-harbour-93"
LAST = "green-anchor-lighthouse-62"
LINK = re.compile(r"/#/(?:reset|verify)/([A-Za-z0-9_-]{43})\n")


def hold_no_secrets(text, secrets):
    """Neither a whole secret, nor the end of a long one."""
    for secret in secrets:
        assert secret not in text, f"a secret was written: {secret[:12]}..."
        assert len(secret) < 40 or secret[-30:] not in text, f"the end of a secret was written: {secret[:12]}..."


def tokens_of(session):
    """The secrets of an answer to a log-in."""
    return [session[key] for key in ("access_token", "refresh_token", "device_token") if key in session]


def mailed_token(admin, address, known):
    """The token of the latest mail to somebody, once it is none of those."""
    def found():
        mails = expect(admin.rest.get("/admin/mail?limit=200"), 200)["items"]
        links = [LINK.search(mail["body"]) for mail in mails if mail["to"] == address]
        fresh = [link[1] for link in links if link and link[1] not in known]
        return fresh[0] if fresh else None

    return until(found, 60, f"a mail to {address}")


async def test_at_trace_level_the_log_holds_no_secret(own_server):
    """Log-ins, refreshes, reused and made-up tokens, changed, forgotten and refused passwords, confirmed addresses,
    cookies, sockets, and bodies that are no forms."""
    own = {"CALLBOARD_SECRET": ROOT, "CALLBOARD_TOKEN_ALGORITHM": "hs256", "CALLBOARD_TOKEN_SECRET": SHARED}
    server = own_server("--log-level", "trace", "--log-format", "json", env=own)
    people = People(server)
    admin, person = people.admin(), people.user()
    anonymous = Rest(server.url)
    secrets = [ROOT, SHARED, PASSWORD, WRONG, NEXT, LAST, password_hash(), person.token, admin.token]

    def log_in(password, **more):
        answer = anonymous.post("/auth/login", {"login": person.username, "password": password, **more})
        if answer.status_code == 200:
            secrets.extend(tokens_of(answer.json()))
            secrets.extend(value for value in answer.cookies.values() if value)
        return answer

    session = expect(log_in(PASSWORD), 200)
    assert log_in(WRONG).status_code == 401
    assert log_in(PASSWORD, device_token=session["device_token"]).status_code == 200
    assert log_in(PASSWORD, cookie=True).status_code == 200
    renewed = expect(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 200)
    secrets += tokens_of(renewed)
    again = expect(anonymous.post("/auth/refresh", {"refresh_token": renewed["refresh_token"]}), 200)
    secrets += tokens_of(again)
    anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]})  # used long ago
    anonymous.post("/auth/refresh", {"refresh_token": "made-up-refresh-token-0123456789"})
    secrets.append("made-up-refresh-token-0123456789")
    # Passwords and addresses.
    assert person.rest.post("/auth/password", {"current_password": WRONG, "new_password": NEXT}).status_code == 422
    person.rest.post("/auth/email/resend")
    confirm = mailed_token(admin, person.email, secrets)
    secrets.append(confirm)
    assert anonymous.post("/auth/email/verify", {"token": confirm}).status_code == 204
    assert anonymous.post("/auth/email/verify", {"token": confirm}).status_code == 422
    expect(anonymous.post("/auth/password/forgot", {"email": person.email}), 202)
    token = mailed_token(admin, person.email, secrets)
    secrets.append(token)
    assert anonymous.post("/auth/password/reset", {"token": token, "new_password": "password1"}).status_code == 422
    assert anonymous.post("/auth/password/reset", {"token": token, "new_password": NEXT}).status_code == 204
    assert anonymous.post("/auth/password/reset", {"token": token, "new_password": LAST}).status_code == 422
    session = expect(log_in(NEXT), 200)
    rest = Rest(server.url, session["access_token"])
    assert rest.post("/auth/password", {"current_password": NEXT, "new_password": LAST}).status_code == 204
    # What is no form, and what belongs elsewhere.
    anonymous.post("/auth/register", {"username": "x", "email": "nobody", "password": WRONG, "odd": WRONG})
    half = '{"login": "ann", "password": "' + WRONG + '"'
    anonymous.post("/auth/login", data=half, headers={"Content-Type": "application/json"})
    anonymous.get("/users/me?access_token=" + session["access_token"])
    anonymous.get("/users/me", headers={"Authorization": "Bearer " + session["access_token"][:-6] + "AAAAAA"})
    secrets.append(session["access_token"][:-6])
    # Sockets.
    async with await Client.open(server, session["access_token"]) as client:
        try:
            await client.request("refresh", {"token": session["access_token"][:-6] + "AAAAAA"})
        except (Refused, Closed):
            pass
    async with await Client.dial(server) as client:
        try:
            await client.request("connect", {"token": person.token})  # its session has ended
        except (Refused, Closed):
            pass
    marked = anonymous.get("/nowhere", headers={"X-Request-Id": "the-last-line-of-this-log"})
    assert marked.status_code == 404
    until(lambda: "the-last-line-of-this-log" in server.all_output(), what="the last line")
    assert server.stop() == 0
    hold_no_secrets(server.all_output(), secrets)


def unreachable(scheme, tail=""):
    """The URL of a server that is not there, with a password."""
    return f"{scheme}://callboard:{WRONG}@127.0.0.1:{free_port()}{tail}"


ELSEWHERE = {
    "a database that is not there": lambda: ["--database-url", unreachable("postgresql", "/callboard")],
    "a database URL with a misspelt parameter": lambda: ["--database-url", unreachable("postgresql", "/x?sslmod=disable")],
    "a database URL that is none": lambda: ["--database-url", f"postgresql://callboard:{WRONG}@[::1/x"],
    "a database URL with a password that is not encoded": lambda: [
        "--database-url", f"postgresql://callboard:{WRONG}%zz@127.0.0.1/x"],
    "a database named by words": lambda: ["--database-url", f"host = 127.0.0.1 password {WRONG}"],
    "a Redis that is not there": lambda: ["--redis-url", unreachable("redis")],
    "a Redis URL that is none": lambda: ["--redis-url", f"redis://:{WRONG}@host:port/one"],
    "a mail server that is not there": lambda: ["--smtp-url", unreachable("smtp")],
    "a mail URL that is none": lambda: ["--smtp-url", f"http://me:{WRONG}@127.0.0.1"],
    "a password for Kafka without TLS": lambda: ["--kafka-password", WRONG, "--kafka-username", "me"],
    "a Kafka that is not there": lambda: [
        *("--kafka-brokers", f"127.0.0.1:{free_port()}", "--kafka-protocol", "sasl_ssl"),
        *("--kafka-username", "me", "--kafka-password", WRONG),
    ],
    "a secret that is too short": lambda: ["--secret", WRONG],
    "a secret for tokens that are signed otherwise": lambda: ["--token-secret", WRONG],
    "a secret for tokens that is too short": lambda: ["--token-algorithm", "hs256", "--token-secret", WRONG],
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_wrong_configuration_is_told_of_without_its_secrets(name, tmp_path):
    """By `config check`, `doctor`, `migrate` and `serve`, as flags and as variables."""
    flags = ELSEWHERE[name]()
    more = ["--data-dir", str(tmp_path / "data"), "--log-level", "trace"]
    variables = {"CALLBOARD_" + flag[2:].upper().replace("-", "_"): value for flag, value in zip(flags[::2], flags[1::2])}
    written = ""
    for command in (["config", "check"], ["doctor"], ["migrate"]):
        for done in (run(*command, *flags, *more, cwd=tmp_path, timeout=60),
                     run(*command, *more, env=variables, cwd=tmp_path, timeout=60)):
            written += done.stdout + done.stderr
    try:
        done = run("serve", "--listen", "127.0.0.1:0", *flags, *more, cwd=tmp_path, timeout=4)
        written += done.stdout + done.stderr
    except subprocess.TimeoutExpired as served:  # it serves, and says what it cannot reach
        written += (served.stdout or b"").decode() + (served.stderr or b"").decode()
    assert written.strip()
    hold_no_secrets(written, [WRONG])
