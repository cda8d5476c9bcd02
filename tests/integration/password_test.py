"""Another password by the old one or by a mailed link, and the link that confirms an address; the mail is read as an admin."""

import concurrent.futures
import json
import re
import sqlite3

from support.people import PASSWORD, People
from support.rest import Rest, expect, refused
from support.waiting import until

NEXT = "blue-lantern-harbour-93"
LINK = re.compile(r"(\S+)/#/(reset|verify)/([A-Za-z0-9_-]{43})\n")


def mails(admin, address):
    """What was caught for an address, the latest first."""
    return [mail for mail in expect(admin.rest.get("/admin/mail?limit=200"), 200)["items"] if mail["to"] == address]


def links(admin, address, kind):
    """The links of a kind mailed to an address: their base and token, the latest first."""
    found = [LINK.search(mail["body"]) for mail in mails(admin, address)]
    return [(link[1], link[3]) for link in found if link and link[2] == kind]


def mailed_token(admin, anonymous, person):
    """Asks for a link and reads its token."""
    known = len(links(admin, person.email, "reset"))
    expect(anonymous.post("/auth/password/forgot", {"email": person.email}), 202)
    until(lambda: len(links(admin, person.email, "reset")) > known, 60, "the mail")
    return links(admin, person.email, "reset")[0][1]


def can_log_in(anonymous, person, password):
    """Whether a password is the person's."""
    return anonymous.post("/auth/login", {"login": person.username, "password": password}).status_code == 200


def test_a_change_keeps_this_session_and_ends_the_others(people, anonymous):
    """The old password is asked for; tokens of other sessions are refused at once."""
    person = people.user()
    first, second = person.log_in(), person.log_in()
    rest = Rest(anonymous.base, second["access_token"])
    wrong = {"current_password": "not-the-password", "new_password": NEXT}
    refused(rest.post("/auth/password", wrong), 422, "validation_failed", "/current_password")
    weak = {"current_password": PASSWORD, "new_password": "password1"}
    refused(rest.post("/auth/password", weak), 422, "validation_failed", "/new_password")
    refused(rest.post("/auth/password", {"new_password": NEXT}), 422, "validation_failed", "/current_password")
    refused(anonymous.post("/auth/password", wrong), 401, "unauthorized")
    expect(Rest(anonymous.base, first["access_token"]).get("/users/me"), 200)
    expect(rest.post("/auth/password", {"current_password": PASSWORD, "new_password": NEXT}), 204)
    expect(rest.get("/users/me"), 200)
    expect(anonymous.post("/auth/refresh", {"refresh_token": second["refresh_token"]}), 200)
    refused(Rest(anonymous.base, first["access_token"]).get("/users/me"), 401, "unauthorized")
    refused(anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), 401, "invalid_refresh_token")
    assert can_log_in(anonymous, person, NEXT) and not can_log_in(anonymous, person, PASSWORD)


def test_guesses_of_the_present_password_are_counted(people, anonymous):
    """After 15 a correct one is refused too; the log-in is not locked by it."""
    person = people.user()
    wrong = {"current_password": "not-the-password", "new_password": NEXT}
    for _ in range(15):
        refused(person.rest.post("/auth/password", wrong), 422, pointer="/current_password")
    right = {"current_password": PASSWORD, "new_password": NEXT}
    refused(person.rest.post("/auth/password", right), 429, "too_many_requests")
    assert can_log_in(anonymous, person, PASSWORD)


def test_a_guest_has_no_password(anonymous):
    """403."""
    guest = Rest(anonymous.base, expect(anonymous.post("/auth/guest", {}), 200)["access_token"])
    refused(guest.post("/auth/password", {"current_password": "x", "new_password": NEXT}), 403, "forbidden")
    refused(guest.post("/auth/email/resend", {}), 403, "forbidden")


def test_a_forgotten_password_is_reset_once(people, anonymous, server):
    """By the token of the mail; every session ends, the token is used up, and no token is stored or logged."""
    admin, person = people.user(role="admin"), people.user()
    session = person.log_in()
    token = mailed_token(admin, anonymous, person)
    base, _ = links(admin, person.email, "reset")[0]
    assert base == server.url
    weak = {"token": token, "new_password": "password1"}
    refused(anonymous.post("/auth/password/reset", weak), 422, "validation_failed", "/new_password")
    expect(anonymous.post("/auth/password/reset", {"token": token, "new_password": NEXT}), 204)
    refused(Rest(anonymous.base, session["access_token"]).get("/users/me"), 401, "unauthorized")
    refused(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 401)
    assert can_log_in(anonymous, person, NEXT) and not can_log_in(anonymous, person, PASSWORD)
    refused(anonymous.post("/auth/password/reset", {"token": token, "new_password": NEXT + "x"}), 422, "invalid_token")
    subjects = lambda: [mail["subject"] for mail in mails(admin, person.email)]
    until(lambda: "Your password was changed" in subjects(), 60, "the news of the change")
    assert token not in server.all_output()
    with sqlite3.connect(f"file:{server.database()}?mode=ro", uri=True) as store:
        store.text_factory = lambda raw: raw.decode(errors="replace")
        tables = [row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        holding = [name for name in tables if token in str(store.execute(f'SELECT * FROM "{name}"').fetchall())]
        entries = store.execute("SELECT type, detail FROM audit_entries WHERE subject_id = ?", (person.id,)).fetchall()
    assert set(holding) <= {"mail"}, holding
    entries = [(kind, json.loads(detail)) for kind, detail in entries]
    assert ("authn_token_created", {"purpose": "reset_password"}) in entries
    assert any(kind == "authn_password_change" and detail["by"] == "reset" for kind, detail in entries)


def test_of_parallel_resets_one_wins(people, anonymous):
    """One token, many at once, each with another password: one 204, and that password is it."""
    admin, person = people.user(role="admin"), people.user()
    token = mailed_token(admin, anonymous, person)
    wanted = [f"{NEXT}-{number}" for number in range(8)]
    reset = lambda password: Rest(anonymous.base).post(
        "/auth/password/reset", {"token": token, "new_password": password}
    )
    with concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
        answers = list(pool.map(reset, wanted))
    won = [password for password, answer in zip(wanted, answers) if answer.status_code == 204]
    assert len(won) == 1, [answer.status_code for answer in answers]
    for answer in answers:
        if answer.status_code != 204:
            refused(answer, 422, "invalid_token")
    assert can_log_in(anonymous, person, won[0])


def test_the_answer_does_not_tell_who_is_known(people, anonymous):
    """Known, unknown, and past as many letters as there may be: the same status, body and headers."""
    admin, person = people.user(role="admin"), people.user()
    asked = [person.email] * 5 + ["nobody-at-all@example.com"]
    answers = [anonymous.post("/auth/password/forgot", {"email": email}) for email in asked]
    varying = {"X-Request-Id", "Date"}
    seen = {
        (a.status_code, a.text, tuple(sorted((k, v) for k, v in a.headers.items() if k not in varying))) for a in answers
    }
    assert len(seen) == 1 and answers[0].status_code == 202, seen
    until(lambda: len(links(admin, person.email, "reset")) >= 3, 60, "three mails")
    other = people.user()
    mailed_token(admin, anonymous, other)  # by now the others would be there too
    assert len(links(admin, person.email, "reset")) == 3
    assert not mails(admin, "nobody-at-all@example.com")
    refused(anonymous.post("/auth/password/forgot", {"email": "no address"}), 422, "validation_failed", "/email")


def test_the_host_header_names_no_link(people, anonymous):
    """The link begins with the configured address, whatever a request says of itself."""
    admin, person = people.user(role="admin"), people.user()
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    for more in (headers, {"Host": "evil.example"}):
        known = len(links(admin, person.email, "reset"))
        expect(anonymous.post("/auth/password/forgot", {"email": person.email}, headers=more), 202)
        until(lambda: len(links(admin, person.email, "reset")) > known, 60, "the mail")
    assert all("evil" not in mail["body"] for mail in mails(admin, person.email))


def test_the_public_url_begins_the_link(own_server):
    """--public-url, without its last slash; a link expires."""
    server = own_server("--public-url", "https://chat.example.com/", "--reset-life", "1m")
    people = People(server)
    admin, person = people.user(role="admin"), people.user()
    anonymous = Rest(server.url)
    mailed_token(admin, anonymous, person)
    assert links(admin, person.email, "reset")[0][0] == "https://chat.example.com"
    assert "1 minute." in mails(admin, person.email)[0]["body"]


def test_an_address_is_confirmed_by_the_mail_of_the_registration(people, anonymous):
    """Once; the other kind of token is none; a confirmed address needs no other letter."""
    admin, person = people.user(role="admin"), people.user()
    form = {"username": "confirmer", "email": "confirmer@example.com", "password": PASSWORD}
    expect(anonymous.post("/auth/register", form, headers={"Accept-Language": "ru"}), 201)
    session = expect(anonymous.post("/auth/login", {"login": "confirmer", "password": PASSWORD}), 200)
    rest = Rest(anonymous.base, session["access_token"])
    until(lambda: links(admin, form["email"], "verify"), 60, "the mail")
    assert mails(admin, form["email"])[0]["subject"] == "Подтвердите адрес почты"
    token = links(admin, form["email"], "verify")[0][1]
    assert expect(rest.get("/users/me"), 200)["email_verified"] is False
    refused(anonymous.post("/auth/password/reset", {"token": token, "new_password": NEXT}), 422, "invalid_token")
    reset = mailed_token(admin, anonymous, person)
    refused(anonymous.post("/auth/email/verify", {"token": reset}), 422, "invalid_token")
    expect(rest.post("/auth/email/resend"), 202)
    until(lambda: len(links(admin, form["email"], "verify")) == 2, 60, "another mail")
    expect(anonymous.post("/auth/email/verify", {"token": token}), 204)
    assert expect(rest.get("/users/me"), 200)["email_verified"] is True
    refused(anonymous.post("/auth/email/verify", {"token": token}), 422, "invalid_token")
    refused(rest.post("/auth/email/resend"), 409, "conflict")


def test_asking_is_bounded_by_address(own_server):
    """Past the rate 429, for known and unknown alike, and for made-up tokens."""
    server = own_server("--password-rate", "3")
    anonymous = Rest(server.url)
    for _ in range(3):
        expect(anonymous.post("/auth/password/forgot", {"email": "nobody@example.com"}), 202)
    refused(anonymous.post("/auth/password/forgot", {"email": "nobody@example.com"}), 429, "too_many_requests")
    refused(anonymous.post("/auth/password/reset", {"token": "x", "new_password": NEXT}), 429, "too_many_requests")
    refused(anonymous.post("/auth/email/verify", {"token": "x"}), 429, "too_many_requests")
