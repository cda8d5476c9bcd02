"""One's own profile, looking up others, and what is left of a user who deletes themselves."""

import sqlite3

import pytest

from support.people import PASSWORD
from support.rest import TIME, Rest, all_pages, expect, refused
from support.waiting import until

PUBLIC_USER = {"id", "username", "full_name", "role", "created_at"}
OWN_USER = PUBLIC_USER | {"email", "email_verified", "locale", "timezone"}


def test_own_profile_has_every_member(people):
    """GET /users/me shows the private members as well."""
    person = people.user()
    me = expect(person.rest.get("/users/me"), 200)
    assert set(me) == OWN_USER
    assert (me["username"], me["email"], me["role"]) == (person.username, person.email, "user")
    assert isinstance(me["email_verified"], bool) and TIME.match(me["created_at"])


def test_own_profile_changes(people):
    """PATCH changes what is named and nothing else, and it stays."""
    person = people.user()
    changed = expect(
        person.rest.patch("/users/me", {"full_name": "Åsa Ωmega", "locale": "ru", "timezone": "Europe/Moscow"}), 200
    )
    assert (changed["full_name"], changed["locale"], changed["timezone"]) == ("Åsa Ωmega", "ru", "Europe/Moscow")
    assert expect(person.rest.patch("/users/me", {"full_name": "Second"}), 200)["locale"] == "ru"
    me = expect(person.rest.get("/users/me"), 200)
    assert (me["full_name"], me["locale"], me["username"]) == ("Second", "ru", person.username)


@pytest.mark.parametrize(
    "body, pointer",
    [
        ({"role": "admin"}, "/role"),
        ({"id": 1}, "/id"),
        ({"nickname": "x"}, "/nickname"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"full_name": "x" * 5000}, "/full_name"),
        ({"full_name": 5}, "/full_name"),
        ({"locale": []}, "/locale"),
    ],
)
def test_own_profile_refuses_a_bad_change(people, body, pointer):
    """Nobody raises their own role; unknown, mistyped and oversized members are named, and nothing changes."""
    person = people.user()
    answer = person.rest.patch("/users/me", body)
    assert answer.status_code in (400, 422), answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert expect(person.rest.get("/users/me"), 200) == person.user


def test_another_user_is_shown_without_private_members(people):
    """GET /users/{id} of another shows no address."""
    one, other = people.users(2)
    answer = one.rest.get(f"/users/{other.id}")
    assert set(expect(answer, 200)) == PUBLIC_USER
    assert other.email not in answer.text


@pytest.mark.parametrize("identifier", ["999999999", "0", "-1", "abc", "9223372036854775808", "1.5", "1%2F2"])
def test_an_unknown_user_is_not_found(people, identifier):
    """404 for what is not there and for what cannot be an id."""
    refused(people.user().rest.get(f"/users/{identifier}"), 404, "not_found")


def test_users_are_found_by_name_and_paged(people, server):
    """The query matches the start of a name; pages hold each hit once; addresses stay private."""
    names = [f"quokka{number:02d}" for number in range(7)]
    server.import_users([people.record(name) for name in names])
    asking = people.user()
    pages = all_pages(asking.rest, "/users?query=quokka", 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    found = [user for page in pages for user in page]
    assert sorted(user["username"] for user in found) == names
    assert all(set(user) == PUBLIC_USER for user in found)
    assert expect(asking.rest.get("/users?query=QUOKKA03"), 200)["items"][0]["username"] == "quokka03"
    assert expect(asking.rest.get("/users?query=zz-nobody"), 200) == {"items": [], "next_cursor": None}
    for query in ("%25", "_uokka", "quokka%27%20OR%201=1", "*"):
        assert expect(asking.rest.get(f"/users?query={query}"), 200)["items"] == [], query


def test_users_need_a_token(anonymous):
    """Without a token there is no profile and no look-up."""
    for path in ("/users/me", "/users?query=a", "/users/1"):
        refused(anonymous.get(path), 401, "unauthorized")


def every_value(database):
    """(table, column, value) of the whole database, read beside the running server."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                for column, value in zip(columns, row):
                    if isinstance(value, bytes):
                        value = value.decode("utf-8", "replace")
                    yield table, column, str(value)


def traces(database, *words):
    """Where any of the words stands in the database."""
    return {
        (table, column)
        for table, column, value in every_value(database)
        if any(word.lower() in value.lower() for word in words)
    }


def traces_of_each(database, *words):
    """The same by word."""
    return {word: traces(database, word) for word in words}


def test_deleting_oneself_leaves_nothing_behind(people, server, anonymous):
    """Profile, sessions, reminders and the name on messages go in one step; the room's log keeps its offsets."""
    server.import_users([people.record("vanishing.vera", full_name="Vera Vanishing Veranda")])
    session = expect(anonymous.post("/auth/login", {"login": "vanishing.vera", "password": PASSWORD}), 200)
    vera = Rest(server.url, session["access_token"])
    vera_id = session["user"]["id"]
    friend = people.user()
    words = ("vanishing.vera", "Vera Vanishing", "feed the veraxolotl", "the verax room")
    room = expect(friend.rest.post("/rooms", {"name": "with vera", "members": ["vanishing.vera"]}), 201)
    expect(vera.post("/rooms", {"name": "the verax room", "members": []}), 201)
    sent = expect(vera.post(f"/rooms/{room['id']}/messages", {"text": "a message that stays in order"}), 201)
    friend.say(room["id"], "answer")
    expect(vera.post("/reminders", {"text": "feed the veraxolotl", "in": "PT1H"}), 201)
    before = [event["offset"] for event in friend.events(room["id"])["items"]]
    assert traces(server.database(), *words), "the words are in the store before"

    answer = vera.delete("/users/me")
    assert answer.status_code in (200, 204), answer.text

    passing = {("outbox", "data")}  # events on their way, gone when they are read
    left = traces(server.database(), *words) - passing
    assert left == set(), f"still in {left}: {traces_of_each(server.database(), *words)}"
    until(lambda: not traces(server.database(), *words), what="an outbox without their words")
    refused(vera.get("/users/me"), 401, "unauthorized")
    refused(
        anonymous.post("/auth/login", {"login": "vanishing.vera", "password": PASSWORD}), 401, "invalid_credentials"
    )
    refused(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 401)
    refused(friend.rest.get(f"/users/{vera_id}"), 404, "not_found")
    assert expect(friend.rest.get("/users?query=vanishing"), 200)["items"] == []
    assert vera_id not in friend.members(room["id"])
    page = friend.events(room["id"])
    offsets = [event["offset"] for event in page["items"]]
    assert offsets[: len(before)] == before and offsets == list(range(1, offsets[-1] + 1))
    assert sent["offset"] in offsets
    assert all("vera" not in str(event["user"]) for event in page["items"])
    again = anonymous.post(
        "/auth/register", {"username": "vanishing.vera", "email": "vanishing.vera@example.com", "password": PASSWORD}
    )
    body = expect(again, 201)
    assert body.get("user", body)["id"] != vera_id, "an id is never used twice"


def test_a_deleted_user_cannot_be_invited(people):
    """A room that names somebody who left is refused like any unknown member."""
    gone, friend = people.users(2)
    assert gone.rest.delete("/users/me").status_code in (200, 204)
    body = refused(
        friend.rest.post("/rooms", {"name": "late", "members": [gone.username]}), 422, "unknown_members", "/members/0"
    )
    assert [error["code"] for error in body["errors"]] == ["unknown_user"]


def test_a_guest_has_a_profile_and_no_more_than_that(anonymous):
    """A guest sees themselves; creating a room is for users."""
    guest = expect(anonymous.post("/auth/guest", {"name": "Gus"}), 200)
    rest = Rest(anonymous.base, guest["access_token"])
    assert expect(rest.get("/users/me"), 200)["role"] == "guest"
    refused(rest.post("/rooms", {"name": "guests only"}), 403, "forbidden")


def test_administration_is_for_administrators(people, anonymous):
    """A user and a guest get 403 from /admin, no token gets 401, an administrator is answered."""
    guest = expect(anonymous.post("/auth/guest", {}), 200)
    refused(people.user().rest.get("/admin/mail"), 403, "forbidden")
    refused(Rest(anonymous.base, guest["access_token"]).get("/admin/mail"), 403, "forbidden")
    refused(anonymous.get("/admin/mail"), 401, "unauthorized")
    admin = people.admin()
    assert isinstance(expect(admin.rest.get("/admin/mail"), 200)["items"], list)
    refused(people.user().rest.get("/admin/analytics"), 403, "forbidden")
    refused(Rest(anonymous.base, guest["access_token"]).get("/admin/analytics"), 403, "forbidden")
    refused(anonymous.get("/admin/analytics"), 401, "unauthorized")
    assert isinstance(expect(admin.rest.get("/admin/analytics"), 200)["totals"]["messages"], int)
