"""What every route shares: problem documents, request ids, methods, types, sizes, unknown routes."""

import json
import re

import pytest

from support.rest import Rest, check_problem, expect, refused

JSON_TYPE = {"Content-Type": "application/json"}

ROUTES = [
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/guest"),
    ("PATCH", "/users/me"),
    ("POST", "/rooms"),
    ("POST", "/rooms/{room}/members"),
    ("POST", "/rooms/{room}/messages"),
    ("PATCH", "/rooms/{room}"),
    ("POST", "/reminders"),
    ("PATCH", "/reminders/{reminder}"),
    ("POST", "/reminders/{reminder}/snooze"),
]


@pytest.fixture(scope="module")
def owner(people):
    """Somebody with a room and a reminder."""
    person = people.user()
    person.places = {"room": person.room("errors")["id"], "reminder": person.remind("x", **{"in": "PT1H"})["id"]}
    return person


def test_a_request_id_is_made_when_absent(anonymous):
    """Each answer has its own."""
    ids = [anonymous.get("/livez").headers["X-Request-Id"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert all(re.match(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", one) for one in ids)


@pytest.mark.parametrize("value", ["0190b9a0-7f3e-7cc2-8f6b-0123456789ab", "client-request-1"])
def test_a_well_formed_request_id_is_taken(anonymous, value):
    """The answer and the problem document carry it."""
    answer = anonymous.get("/users/me", headers={"X-Request-Id": value})
    assert answer.headers["X-Request-Id"] == value and answer.json()["request_id"] == value


@pytest.mark.parametrize("value", ["x" * 300, "two words", "<script>", 'a,b;c="d"', "\xe9\xe8"])
def test_an_ill_formed_request_id_is_replaced(anonymous, value):
    """It never comes back."""
    answer = anonymous.get("/livez", headers={"X-Request-Id": value.encode("latin-1")})
    assert answer.headers["X-Request-Id"] != value and re.match(r"^[0-9a-f-]{36}$", answer.headers["X-Request-Id"])


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/rooms/1/nothing",
        "/auth",
        "/auth/nothing",
        "/users/me/x",
        "/admin/x",
        "/reminders/1/x",
        "/rooms//messages",
        "/rooms/1/messages/1/2/3",
    ],
)
def test_an_unknown_route_is_404(owner, path):
    """For API callers (who ask for JSON) a problem document, never a page."""
    refused(owner.rest.post(path, {}), 404, "not_found")


@pytest.mark.parametrize(
    "method, path",
    [
        ("DELETE", "/auth/login"),
        ("GET", "/auth/register"),
        ("PUT", "/rooms"),
        ("POST", "/users/me"),
        ("PUT", "/reminders/1"),
        ("PATCH", "/rooms"),
        ("DELETE", "/livez"),
        ("PURGE", "/rooms"),
        ("GET", "/auth/logout"),
        ("POST", "/reminders/1"),
    ],
)
def test_an_unknown_method_is_405_with_those_allowed(owner, method, path):
    """Allow lists what the route takes."""
    answer = owner.rest.call(method, path)
    expect(answer, 405)
    allowed = {word.strip() for word in answer.headers["Allow"].split(",")}
    assert allowed and method not in allowed


@pytest.mark.parametrize("method, path", ROUTES)
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None, "application/jsonp", "text/json"],
)
def test_a_body_that_is_not_json_by_type_is_415(owner, method, path, content_type):
    """The type is enforced on every route with a body."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = owner.rest.call(method, path.format(**owner.places), data=b"{}", headers=headers)
    assert answer.status_code == 415, f"{answer.status_code} {answer.text}"


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/JSON", "application/json;charset=UTF-8"]
)
def test_json_with_parameters_is_json(owner, content_type):
    """Parameters and case do not matter."""
    answer = owner.rest.call(
        "POST",
        f"/rooms/{owner.places['room']}/messages",
        data=b'{"text":"typed"}',
        headers={"Content-Type": content_type},
    )
    expect(answer, 201)


@pytest.mark.parametrize("method, path", ROUTES)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1,2",
        b"nonsense",
        b'{"a":1}}',
        b"\xff\xfe",
        b"{'a':1}",
        b'{"a":01}',
        b'{"text":"x",}',
        b"\x00",
        b"[" * 5000,
        b"NaN",
        b'"text"',
        b"5",
        b"null",
        b"[]",
    ],
)
def test_a_body_that_is_no_json_object_is_400(owner, method, path, data):
    """Malformed JSON, deep nesting and other kinds of values, on every route; refresh may go without a body."""
    answer = owner.rest.call(method, path.format(**owner.places), data=data, headers=JSON_TYPE)
    if data == b"" and path in ("/auth/refresh", "/auth/guest"):
        assert answer.status_code in (200, 400, 401, 422)
        return
    assert answer.status_code in (400, 422), f"{answer.status_code} {answer.text[:300]}"


@pytest.mark.parametrize("method, path", ROUTES)
def test_an_unknown_member_is_422_with_its_pointer(owner, method, path):
    """On every route with a body."""
    answer = owner.rest.call(method, path.format(**owner.places), {"no_such_member": 1})
    body = refused(answer, 422, "validation_failed", "/no_such_member")
    assert body["status"] == 422


@pytest.mark.parametrize("method, path", ROUTES)
def test_a_member_given_twice_is_refused(owner, method, path):
    """Two values for one name leave no doubt about which counts: neither."""
    answer = owner.rest.call(
        method,
        path.format(**owner.places),
        data=b'{"text":"a","text":"b","name":"x","name":"y",'
        b'"username":"a","username":"b","refresh_token":"a","refresh_token":"b","in":"PT1M",'
        b'"in":"PT2M","members":[],"members":[],"full_name":"a","full_name":"b"}',
        headers=JSON_TYPE,
    )
    assert answer.status_code in (400, 422), answer.text


def test_pointers_are_escaped(owner):
    """RFC 6901: ~ and / in a name."""
    refused(owner.rest.post("/rooms", {"name": "x", "a/b~c": 1}), 422, "validation_failed", "/a~1b~0c")


def test_an_oversized_body_is_413(owner):
    """Far beyond what any message may hold."""
    answer = owner.rest.call(
        "POST", f"/rooms/{owner.places['room']}/messages", data=json.dumps({"text": "x" * 3_000_000}), headers=JSON_TYPE
    )
    expect(answer, 413)


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/users/me"),
        ("GET", "/rooms"),
        ("POST", "/rooms"),
        ("GET", "/rooms/1/messages"),
        ("GET", "/auth/sessions"),
        ("POST", "/auth/logout"),
        ("GET", "/reminders"),
        ("DELETE", "/users/me"),
        ("DELETE", "/auth/sessions"),
        ("GET", "/admin/mail"),
        ("GET", "/admin/analytics"),
    ],
)
def test_routes_need_a_token(anonymous, method, path):
    """401 with a challenge, before anything else is said."""
    answer = anonymous.call(method, path, {} if method == "POST" else None)
    refused(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_errors_tell_nothing_of_the_inside(owner):
    """No path, statement or type name of the implementation in any refusal."""
    answers = [
        owner.rest.get("/rooms/999999999"),
        owner.rest.get("/rooms?cursor=%27%22;--"),
        owner.rest.post("/rooms", {"name": "x", "members": ["'; --"]}),
        owner.rest.post("/reminders", {"text": 1}),
        owner.rest.get("/users?query=%27"),
        Rest(owner.server.url, "x.y.z").get("/users/me"),
    ]
    for answer in answers:
        assert not re.search(
            r"sqlite|SELECT|callboard::|caf::|boost|\.cpp|\.hpp|/tmp/|std::|constraint", answer.text
        ), answer.text


def test_answers_carry_the_hardening_headers(owner, anonymous):
    """nosniff and no caching of private answers."""
    for answer in (owner.rest.get("/users/me"), anonymous.get("/users/me")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers.get("Cache-Control", "")
        assert "Server" not in answer.headers or "/" not in answer.headers["Server"]


def test_a_problem_is_well_formed_on_every_status(owner, anonymous):
    """400, 401, 403, 404, 405, 409, 413, 415, 422 all have the one shape."""
    seen = {}
    expect(
        anonymous.post(
            "/auth/register", {"username": "shape.one", "email": "shape.one@example.com", "password": owner.password}
        ),
        201,
    )
    for answer in (
        owner.rest.call("POST", "/rooms", data=b"{", headers=JSON_TYPE),
        anonymous.get("/users/me"),
        owner.rest.get("/admin/mail"),
        owner.rest.get("/rooms/999999999"),
        owner.rest.call("PUT", "/rooms"),
        anonymous.post(
            "/auth/register", {"username": "shape.one", "email": "shape.two@example.com", "password": owner.password}
        ),
        owner.rest.call("POST", "/rooms", data=b"x" * 3_000_000, headers=JSON_TYPE),
        owner.rest.call("POST", "/rooms", data=b"{}", headers={"Content-Type": "text/plain"}),
        owner.rest.post("/rooms", {"name": ""}),
    ):
        seen[answer.status_code] = check_problem(answer)
    assert sorted(seen) == [400, 401, 403, 404, 405, 409, 413, 415, 422]
    assert len({body["title"] for body in seen.values()}) >= 7, "titles tell kinds apart"
