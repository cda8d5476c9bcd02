"""Registering, logging in, refreshing, logging out, guests, and the JSON Web Key Set."""

import base64
import json

import pytest

from support.people import PASSWORD
from support.rest import TIME, Rest, expect, refused

PUBLIC_USER = {"id", "username", "full_name", "role", "created_at"}
OWN_USER = PUBLIC_USER | {"email", "email_verified", "locale", "timezone"}


def registration(name, **changes):
    """A body that registers; `changes` overrides members, None leaves one out."""
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, **changes}
    return {member: value for member, value in body.items() if value is not None}


def part(token, index):
    """A decoded part of a JWT."""
    text = token.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_register_answers_the_user_without_secrets(anonymous):
    """201, the user as seen by oneself or others, and no word of the password."""
    answer = anonymous.post("/auth/register", registration("reg.one", full_name="Reg One"))
    user = expect(answer, 201)
    user = user.get("user", user)
    assert PUBLIC_USER <= set(user) <= OWN_USER
    assert (user["username"], user["full_name"], user["role"]) == ("reg.one", "Reg One", "user")
    assert isinstance(user["id"], int) and user["id"] > 0
    assert TIME.match(user["created_at"])
    assert PASSWORD not in answer.text and "$2" not in answer.text


@pytest.mark.parametrize(
    "changes, pointer",
    [
        ({"username": "ab"}, "/username"),
        ({"username": "a" * 33}, "/username"),
        ({"username": "white space"}, "/username"),
        ({"username": "имя"}, "/username"),
        ({"username": None}, "/username"),
        ({"email": "nobody"}, "/email"),
        ({"email": None}, "/email"),
        ({"email": "a@" + "b" * 260 + ".example"}, "/email"),
        ({"password": "short7!"}, "/password"),
        ({"password": None}, "/password"),
        ({"password": "password123"}, "/password"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_register_refuses_a_bad_field_with_its_pointer(anonymous, changes, pointer):
    """Each bound of protocol.md 2.1 and the password policy: 422 that names the field."""
    refused(anonymous.post("/auth/register", registration("bad.field", **changes)), 422, "validation_failed", pointer)


@pytest.mark.parametrize("member", ["username", "email", "password", "full_name"])
@pytest.mark.parametrize("value", [7, True, [], {}, 1.5])
def test_register_refuses_a_wrong_type_with_its_pointer(anonymous, member, value):
    """A number, list or object where text belongs is refused, never converted."""
    answer = anonymous.post("/auth/register", registration("bad.type", **{member: value}))
    assert answer.status_code in (400, 422), answer.text
    assert f"/{member}" in [error["pointer"] for error in answer.json()["errors"]]


def test_register_names_every_bad_field_at_once(anonymous):
    """Two bad fields make two entries of errors[]."""
    body = refused(anonymous.post("/auth/register", registration("x", email="y")), 422, "validation_failed")
    assert {"/username", "/email"} <= {error["pointer"] for error in body["errors"]}


def test_register_accepts_the_bounds_themselves(anonymous):
    """3 and 32 characters, and a password of 64 code points that are not ASCII but within 72 bytes are fine."""
    expect(anonymous.post("/auth/register", registration("b_3")), 201)
    expect(anonymous.post("/auth/register", registration("b" * 32)), 201)
    expect(
        anonymous.post("/auth/register", registration("long.secret", password="correct horse battery staple " * 2)), 201
    )
    session = expect(
        anonymous.post("/auth/login", {"login": "long.secret", "password": "correct horse battery staple " * 2}), 200
    )
    assert session["user"]["username"] == "long.secret"


def test_a_password_is_never_truncated(anonymous):
    """Whatever is done beyond bcrypt's 72 bytes, two passwords that differ only there are not the same."""
    long_password = "Zebra crossing under the moon " + "q7" * 30
    answer = anonymous.post("/auth/register", registration("untruncated", password=long_password))
    if answer.status_code == 422:
        refused(answer, 422, "validation_failed", "/password")
        return
    expect(answer, 201)
    login = {"login": "untruncated", "password": long_password[:-1] + "8"}
    refused(anonymous.post("/auth/login", login), 401, "invalid_credentials")
    expect(anonymous.post("/auth/login", {**login, "password": long_password}), 200)


def test_register_refuses_a_name_or_address_that_is_taken_in_any_case(anonymous):
    """409 with the pointer of what is taken, upper or lower case alike."""
    expect(anonymous.post("/auth/register", registration("taken.name")), 201)
    refused(
        anonymous.post("/auth/register", registration("TAKEN.Name", email="else1@example.com")),
        409,
        "conflict",
        "/username",
    )
    refused(
        anonymous.post("/auth/register", registration("taken.else", email="Taken.Name@Example.com")),
        409,
        "conflict",
        "/email",
    )


@pytest.mark.parametrize("member", ["login", "username", "email"])
def test_log_in_by_name_or_address(people, anonymous, member):
    """login takes either; username and email take their own. The answer has every member of protocol.md 2.1."""
    person = people.user()
    values = {
        "login": [person.username, person.email],
        "username": [person.username, person.username.upper()],
        "email": [person.email, person.email.upper()],
    }[member]
    for value in values:
        body = expect(anonymous.post("/auth/login", {member: value, "password": PASSWORD}), 200)
        assert set(body) == {
            "access_token",
            "token_type",
            "expires_in",
            "refresh_token",
            "device_token",
            "device_expires_in",
            "refresh_expires_in",
            "session_id",
            "user",
        }
        assert body["token_type"] == "Bearer" and body["expires_in"] == 900
        assert body["refresh_expires_in"] == 30 * 86400
        assert body["user"]["id"] == person.id
        assert expect(Rest(anonymous.base, body["access_token"]).get("/users/me"), 200)["id"] == person.id


def test_access_token_has_the_claims_and_header_of_the_contract(people):
    """ES256 with a key id and typ at+jwt; iss aud sub sid role iat exp jti; a life of 15 minutes."""
    person = people.user()
    session = person.log_in()
    header, claims = part(session["access_token"], 0), part(session["access_token"], 1)
    assert header["alg"] == "ES256" and header["typ"] == "at+jwt" and header["kid"]
    assert {"iss", "aud", "sub", "sid", "role", "iat", "exp", "jti"} <= set(claims)
    assert claims["sub"] == str(person.id) and claims["sid"] == session["session_id"] and claims["role"] == "user"
    assert claims["exp"] - claims["iat"] == 900


def test_key_set_holds_the_public_key_alone(people, anonymous):
    """The key that signs is in the set by its id, without its private part."""
    answer = anonymous.get("/.well-known/jwks.json")
    keys = {key["kid"]: key for key in expect(answer, 200)["keys"]}
    key = keys[part(people.user().token, 0)["kid"]]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in key and '"d"' not in answer.text


def test_every_failed_log_in_looks_the_same(people, anonymous):
    """Unknown user and wrong password: same status, body and headers but for ids and the date."""
    person = people.user()
    answers = [
        anonymous.post("/auth/login", {"login": login, "password": password})
        for login, password in [
            (person.username, "wrong password 1"),
            ("nobody.here", PASSWORD),
            ("nobody@example.com", PASSWORD),
            (person.email, "wrong password 2"),
        ]
    ]
    bodies = []
    for answer in answers:
        body = refused(answer, 401, "invalid_credentials")
        bodies.append({name: value for name, value in body.items() if name != "request_id"})
        assert set(answer.headers) == set(answers[0].headers)
    assert all(body == bodies[0] for body in bodies)


@pytest.mark.parametrize(
    "body",
    [
        {"password": PASSWORD},
        {"login": "someone"},
        {"login": "someone", "username": "someone", "password": PASSWORD},
        {"login": "someone", "password": PASSWORD, "cookie": "yes"},
        {"login": 5, "password": PASSWORD},
        [],
        "text",
        5,
        None,
    ],
)
def test_log_in_refuses_a_body_of_another_shape(anonymous, body):
    """Missing, double and mistyped members are bad requests, not failed log-ins."""
    answer = anonymous.call("POST", "/auth/login", data=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text


def test_cookie_log_in_keeps_the_refresh_token_out_of_the_body(people, anonymous):
    """cookie:true sets the hardened cookie; refresh takes it; it is bound to the session's kind."""
    person = people.user()
    browser = Rest(anonymous.base)
    answer = browser.post("/auth/login", {"login": person.username, "password": PASSWORD, "cookie": True})
    body = expect(answer, 200)
    assert "refresh_token" not in body
    cookie = answer.headers["Set-Cookie"]
    name = cookie.split("=")[0]
    assert name in ("__Host-callboard", "callboard"), cookie
    attributes = {each.strip().lower() for each in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes and not any("domain" in a for a in attributes)
    secret = cookie.split("=", 1)[1].split(";")[0]
    refused(anonymous.post("/auth/refresh", {"refresh_token": secret}), 401)
    same_site = {
        "Cookie": f"{name}={secret}",
        "Origin": anonymous.base,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/json",
    }
    renewed = Rest(anonymous.base).call("POST", "/auth/refresh", data="{}", headers=same_site)
    renewed_body = expect(renewed, 200)
    assert "refresh_token" not in renewed_body and renewed_body["session_id"] == body["session_id"]
    assert renewed.headers["Set-Cookie"].split("=")[0] == name


def test_cookie_refresh_from_another_site_is_refused(people, anonymous):
    """A cookie alone, sent by a foreign page, refreshes nothing."""
    person = people.user()
    answer = Rest(anonymous.base).post("/auth/login", {"login": person.username, "password": PASSWORD, "cookie": True})
    pair = answer.headers["Set-Cookie"].split(";")[0]
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        headers = {"Cookie": pair, "Content-Type": "application/json", **foreign}
        refused(Rest(anonymous.base).call("POST", "/auth/refresh", data="{}", headers=headers), 403)


def test_a_foreign_page_logs_nobody_in_or_out(people, anonymous):
    """Neither does it get a cookie for a name of its own choice, nor does the cookie that is there end a session."""
    person = people.user()
    wanted = {"login": person.username, "password": PASSWORD, "cookie": True}
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = Rest(anonymous.base).post("/auth/login", wanted, headers=foreign)
        refused(answer, 403, "forbidden")
        assert "Set-Cookie" not in answer.headers
    answer = Rest(anonymous.base).post("/auth/login", wanted)
    access = expect(answer, 200)["access_token"]
    cookie = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        refused(Rest(anonymous.base, access).post("/auth/logout", headers={**cookie, **foreign}), 403, "forbidden")
        expect(Rest(anonymous.base, access).get("/users/me"), 200)
    ended = Rest(anonymous.base, access).post("/auth/logout", headers={**cookie, "Sec-Fetch-Site": "same-origin"})
    expect(ended, 204)
    assert "max-age=0" in ended.headers["Set-Cookie"].lower()
    refused(Rest(anonymous.base, access).get("/users/me"), 401, "unauthorized")


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/refresh_token"])
def test_refresh_rotates(people, anonymous, path):
    """Each refresh gives a new pair of the same session; both new tokens work."""
    first = people.user().log_in()
    second = expect(anonymous.post(path, {"refresh_token": first["refresh_token"]}), 200)
    assert second["refresh_token"] != first["refresh_token"]
    assert second["session_id"] == first["session_id"]
    assert second["access_token"] != first["access_token"]
    third = expect(anonymous.post(path, {"refresh_token": second["refresh_token"]}), 200)
    assert third["refresh_token"] not in (first["refresh_token"], second["refresh_token"])
    expect(Rest(anonymous.base, third["access_token"]).get("/users/me"), 200)


def test_refresh_twice_at_once_gives_the_same_successor(people, anonymous):
    """Two tabs: the immediate predecessor within the grace gets the same successor, never a fork."""
    first = people.user().log_in()
    one = expect(anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), 200)
    two = expect(anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), 200)
    assert one["refresh_token"] == two["refresh_token"]
    expect(anonymous.post("/auth/refresh", {"refresh_token": one["refresh_token"]}), 200)


def test_an_old_refresh_token_ends_the_whole_session(people, anonymous):
    """A token two generations back is a theft: the session ends, access token and newest refresh token included."""
    first = people.user().log_in()
    second = expect(anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), 200)
    third = expect(anonymous.post("/auth/refresh", {"refresh_token": second["refresh_token"]}), 200)
    refused(anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), 401, "refresh_token_reused")
    assert anonymous.post("/auth/refresh", {"refresh_token": third["refresh_token"]}).status_code == 401
    for session in (first, second, third):
        refused(Rest(anonymous.base, session["access_token"]).get("/users/me"), 401, "unauthorized")


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5000, "é" * 20])
def test_an_unknown_refresh_token_is_refused(anonymous, token):
    """401, or 422 for what cannot be a token."""
    answer = anonymous.post("/auth/refresh", {"refresh_token": token})
    assert answer.status_code in (401, 422), answer.text
    if answer.status_code == 401:
        assert answer.json()["code"] == "invalid_refresh_token"


def test_log_out_ends_both_tokens(people, anonymous):
    """204, then neither the access nor the refresh token works; another session of the user goes on."""
    person = people.user()
    session = person.log_in()
    rest = Rest(anonymous.base, session["access_token"])
    assert expect(rest.post("/auth/logout"), 204) is None
    refused(rest.get("/users/me"), 401, "unauthorized")
    refused(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 401)
    expect(person.rest.get("/users/me"), 200)


def test_guest_gets_a_session_of_the_role_guest(anonymous):
    """200 as log in, with and without a name."""
    for body in ({}, {"name": "Visitor"}):
        guest = expect(anonymous.post("/auth/guest", body), 200)
        assert guest["user"]["role"] == "guest"
        assert part(guest["access_token"], 1)["role"] == "guest"
        assert expect(Rest(anonymous.base, guest["access_token"]).get("/users/me"), 200)["id"] == guest["user"]["id"]


def test_a_guest_in_a_browser_gets_the_cookie(anonymous):
    """cookie:true as at log-in: no refresh token in the body; a foreign page cannot ask for it."""
    answer = Rest(anonymous.base).post("/auth/guest", {"cookie": True})
    guest = expect(answer, 200)
    assert "refresh_token" not in guest and guest["user"]["role"] == "guest"
    headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Sec-Fetch-Site": "same-origin",
               "Content-Type": "application/json"}
    renewed = expect(Rest(anonymous.base).call("POST", "/auth/refresh", data="{}", headers=headers), 200)
    assert renewed["session_id"] == guest["session_id"] and renewed["user"]["id"] == guest["user"]["id"]
    foreign = {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}
    refused(Rest(anonymous.base).call("POST", "/auth/guest", data='{"cookie":true}', headers=foreign), 403)


def tampered(token, how):
    """A token that must not pass."""
    head, body, signature = token.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
    return {
        "another signature": f"{head}.{body}.{'A' * len(signature)}",
        "no signature": f"{head}.{body}.",
        "algorithm none": f"{unsigned}.{body}.",
        "another payload": f"{head}.{base64.urlsafe_b64encode(b'{}').decode().rstrip('=')}.{signature}",
        "padding": f"{token}=",
        "four parts": f"{token}.{signature}",
        "two parts": f"{head}.{body}",
        "garbage": "garbage",
        "huge": "a" * 7000,
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "another signature",
        "no signature",
        "algorithm none",
        "another payload",
        "padding",
        "four parts",
        "two parts",
        "garbage",
        "huge",
    ],
)
def test_a_tampered_access_token_is_refused(people, anonymous, how):
    """401 with a challenge, for each way to tamper."""
    answer = Rest(anonymous.base, tampered(people.user().token, how)).get("/users/me")
    refused(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("value", ["Basic dTpw", "Bearer", "Bearer  ", "bearer"])
def test_another_authorization_is_refused(anonymous, value):
    """Only a bearer token counts."""
    refused(anonymous.get("/users/me", headers={"Authorization": value}), 401, "unauthorized")
