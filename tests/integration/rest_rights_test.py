"""Who may call which route, and on whose things: every route that the program has, times every role, times own and foreign."""

import dataclasses
import typing

import pytest
from support.people import PASSWORD, Person
from support.rest import Rest, expect
from support.server import run

ABSENT = 987654321
ABSENT_SESSION = "01980000-0000-7000-8000-000000000000"
ROLES = ("guest", "user", "admin")


@dataclasses.dataclass(frozen=True)
class Expectation:
    """What a route answers. `roles`: who may call it, or "anyone". `own` is its status on what is the caller's own."""

    roles: tuple
    own: int = 200
    body: typing.Any = None  # or a function of the caller
    thing: str = ""  # what the path names: a foreign one must look like an absent one
    nobody: typing.Any = None  # for routes that need nobody: their status without a body of any use


GUESTS, USERS, ADMINS = ROLES, ROLES[1:], ROLES[2:]
EXPECTED = {
    "GET /livez": Expectation("anyone", nobody=200),
    "GET /readyz": Expectation("anyone", nobody=200),
    "GET /metrics": Expectation("anyone", nobody=200),
    "GET /.well-known/jwks.json": Expectation("anyone", nobody=200),
    "POST /auth/register": Expectation("anyone", body={}, nobody=422),
    "POST /auth/login": Expectation("anyone", body={}, nobody=422),
    "POST /auth/refresh": Expectation("anyone", body={}, nobody=401),
    "POST /auth/refresh_token": Expectation("anyone", body={}, nobody=401),
    "POST /auth/guest": Expectation("anyone", body={}, nobody=200),
    "POST /auth/logout": Expectation(GUESTS, 204, {}),
    "GET /auth/sessions": Expectation(GUESTS),
    "DELETE /auth/sessions": Expectation(GUESTS, 204),
    "DELETE /auth/sessions/{id}": Expectation(GUESTS, 204, thing="session"),
    "POST /auth/password": Expectation(USERS, 204, {"current_password": PASSWORD, "new_password": f"{PASSWORD} and more"}),
    "POST /auth/password/forgot": Expectation("anyone", body={}, nobody=422),
    "POST /auth/password/reset": Expectation("anyone", body={}, nobody=422),
    "POST /auth/email/verify": Expectation("anyone", body={}, nobody=422),
    "POST /auth/email/resend": Expectation(USERS, 202, {}),
    "GET /users/me": Expectation(GUESTS),
    "PATCH /users/me": Expectation(USERS, body={"full_name": "New Name"}),
    "DELETE /users/me": Expectation(GUESTS, 204),
    "GET /users": Expectation(USERS),
    "GET /users/{id}": Expectation(GUESTS, thing="user"),
    "POST /rooms": Expectation(USERS, 201, {"name": "room"}),
    "GET /rooms": Expectation(GUESTS),
    "GET /rooms/{id}": Expectation(GUESTS, thing="room"),
    "PATCH /rooms/{id}": Expectation(USERS, body={"name": "renamed"}, thing="room"),
    "DELETE /rooms/{id}": Expectation(USERS, 204, thing="room"),
    "PUT /rooms/{id}/read": Expectation(GUESTS, body={"offset": 1}, thing="room"),
    "GET /rooms/{id}/messages": Expectation(GUESTS, thing="room"),
    "POST /rooms/{id}/messages": Expectation(GUESTS, 201, {"text": "hello"}, thing="room"),
    "GET /rooms/{id}/members": Expectation(GUESTS, thing="room"),
    "POST /rooms/{id}/members": Expectation(USERS, body=lambda who: {"members": [who.friend]}, thing="room"),
    "DELETE /rooms/{id}/members/{user_id}": Expectation(USERS, 204, thing="room"),
    "POST /reminders": Expectation(USERS, 201, {"text": "tea", "in": "PT1H"}),
    "GET /reminders": Expectation(USERS),
    "GET /reminders/{id}": Expectation(USERS, thing="reminder"),
    "PATCH /reminders/{id}": Expectation(USERS, body={"text": "more tea"}, thing="reminder"),
    "DELETE /reminders/{id}": Expectation(USERS, (200, 204), thing="reminder"),
    "POST /reminders/{id}/snooze": Expectation(USERS, (200, 409), {"in": "PT1H"}, thing="reminder"),
    "POST /reminders/{id}/done": Expectation(USERS, (200, 409), {}, thing="reminder"),
    "GET /admin/mail": Expectation(ADMINS),
    "GET /admin/analytics": Expectation(ADMINS),
    "GET /admin/cluster": Expectation(ADMINS),
    "GET /admin/log-level": Expectation(ADMINS),
    "PUT /admin/log-level": Expectation(ADMINS, body={"level": "info"}),
    "GET /admin/users": Expectation(ADMINS),
    "PATCH /admin/users/{id}": Expectation(ADMINS, body={"disabled": False}, thing="account"),
    "GET /admin/audit": Expectation(ADMINS),
}
# Where the person's part in the room decides, not the role: a guest has no room of their own, and reads public ones.
GUEST_IN_PUBLIC_ROOM = {"PUT /rooms/{id}/read": 403}
# Users and accounts are not somebody's: there is no foreign one, only an absent one.
SHARED_THINGS = ("user", "account")


def routes_of_the_program():
    """Every route the program has: its roles by `METHOD /pattern`."""
    done = run("routes")
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return {f"{method} {pattern}": roles for method, pattern, _, roles in lines}


def test_every_route_has_an_expectation_and_the_roles_it_says():
    """A new route fails here until somebody says who may call it."""
    found = routes_of_the_program()
    assert set(found) == set(EXPECTED)
    for route, expected in EXPECTED.items():
        roles = expected.roles if expected.roles == "anyone" else ",".join(expected.roles)
        assert found[route] == roles, route


class World:
    """People of every role, each time new ones, and things of theirs."""

    def __init__(self, people):
        self.people = people
        self.server = people.server
        self.admins = []
        self.stranger = people.user()
        self.friend = people.user()
        self.stranger.friend = self.friend.username
        self.people.admin()  # so that no admin of a test is the last one
        self.foreign = self.things_of(self.stranger, "group")
        self.public = self.stranger.room("public", kind="public", guests_may_write=True)["id"]
        self.stranger.say(self.public, "for all")

    def person(self, role):
        """A new person of that role."""
        if role == "guest":
            token = expect(Rest(self.server.url).post("/auth/guest", {}), 200)["access_token"]
            person = Person(self.server, "", token)
        elif role == "user":
            person = self.people.user()
        else:
            if not self.admins:
                names = self.people.fresh_names(40)
                self.server.import_users([self.people.record(name, role="admin") for name in names])
                self.admins = list(self.server.tokens(names).items())
            person = Person(self.server, *self.admins.pop())
        person.friend = self.friend.username
        return person

    def things_of(self, person, kind="group"):
        """One of each kind of thing, with what a path says of it."""
        session = expect(person.rest.get("/auth/sessions"), 200)["items"][0]["id"]
        things = {"session": session, "user": person.id, "account": person.id}
        if person.user["role"] == "guest":
            return {**things, "room": self.public, "reminder": ABSENT}
        room = person.room("room", members=[self.friend], kind=kind)["id"]
        person.say(room, "hello")
        return {**things, "room": room, "reminder": person.remind("tea", **{"in": "PT2H"})["id"]}


@pytest.fixture(scope="module")
def world(people):
    return World(people)


def call(rest, route, expected, person, identifier=None, member=None):
    """The answer of a route, with its parameters filled in."""
    method, path = route.split(" ")
    path = path.replace("{id}", str(identifier)).replace("{user_id}", str(member))
    body = expected.body(person) if callable(expected.body) else expected.body
    return rest.call(method, path, body)


def without_request_id(answer):
    """The body of a problem but for what is every request's own."""
    return {name: value for name, value in answer.json().items() if name != "request_id"}


@pytest.mark.parametrize("route", sorted(EXPECTED))
def test_without_a_token(world, anonymous, route):
    """401 everywhere but on the routes that need nobody."""
    expected = EXPECTED[route]
    answer = call(anonymous, route, expected, world.stranger, ABSENT, ABSENT)
    assert answer.status_code == (expected.nobody or 401), answer.text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", sorted(name for name, each in EXPECTED.items() if each.roles != "anyone"))
def test_by_role_on_own_foreign_and_absent_things(world, route, role):
    """Who may not call it gets 403 whatever it names; who may gets a foreign thing refused as if it were not there."""
    expected = EXPECTED[route]
    person = world.person(role)
    own = world.things_of(person)
    stranger = world.stranger.id
    absent = ABSENT_SESSION if expected.thing == "session" else ABSENT
    if role not in expected.roles:
        answers = [
            call(person.rest, route, expected, person, identifier, stranger)
            for identifier in (own.get(expected.thing), world.foreign.get(expected.thing), absent)
        ]
        assert [answer.status_code for answer in answers] == [403] * 3
        assert without_request_id(answers[0]) == without_request_id(answers[1]) == without_request_id(answers[2])
        return
    if expected.thing:
        missing = call(person.rest, route, expected, person, absent, stranger)
        assert missing.status_code == 404, missing.text
    if expected.thing and expected.thing not in SHARED_THINGS:
        foreign = call(person.rest, route, expected, person, world.foreign[expected.thing], stranger)
        assert foreign.status_code == 404, f"{foreign.status_code} {foreign.text}"
        assert without_request_id(foreign) == without_request_id(missing)
        assert {*foreign.headers} == {*missing.headers}
    answer = call(person.rest, route, expected, person, own.get(expected.thing), world.friend.id)
    status = GUEST_IN_PUBLIC_ROOM.get(route, expected.own) if role == "guest" else expected.own
    assert answer.status_code in (status if isinstance(status, tuple) else (status,)), answer.text


def test_the_foreign_things_are_untouched(world):
    """After all that was tried on them."""
    rest = world.stranger.rest
    assert expect(rest.get(f"/rooms/{world.foreign['room']}"), 200)["name"] == "room"
    assert [event["text"] for event in world.stranger.events(world.foreign["room"])["items"]] == ["hello"]
    assert expect(rest.get(f"/reminders/{world.foreign['reminder']}"), 200)["state"] == "scheduled"
    assert world.stranger.members(world.foreign["room"]) == {world.stranger.id: "owner", world.friend.id: "member"}
