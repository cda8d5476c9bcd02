"""Users with tokens, made cheaply: imported in batches with one bcrypt hash that all of them share."""

import functools
import itertools

import bcrypt

from support.centrifuge import Client
from support.rest import Rest, expect

PASSWORD = "violet-harbour-47-lantern"
BATCH = 40


@functools.lru_cache(maxsize=None)
def password_hash():
    """A bcrypt hash of PASSWORD at cost 10."""
    return bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(10)).decode()


class Person:
    """A user and their clients."""

    def __init__(self, server, username, token):
        self.server = server
        self.username = username
        self.email = f"{username}@example.com"
        self.password = PASSWORD
        self.token = token
        self.rest = Rest(server.url, token, server.authority)
        self.user = expect(self.rest.get("/users/me"), 200)
        self.id = self.user["id"]

    @property
    def channel(self):
        """The personal channel."""
        return f"user:{self.id}"

    def log_in(self, **more):
        """Logs in with the password; returns the body of the answer."""
        body = {"login": self.username, "password": self.password, **more}
        return expect(Rest(self.server.url).post("/auth/login", body), 200)

    def room(self, name="room", members=(), **more):
        """Creates a room with members (people); returns the room."""
        body = {"name": name, "members": [member.username for member in members], **more}
        return expect(self.rest.post("/rooms", body), 201)

    def say(self, room_id, text, **more):
        """Sends a message by REST; returns the answer's body."""
        answer = self.rest.post(f"/rooms/{room_id}/messages", {"text": text, **more})
        return expect(answer, 200 if answer.status_code == 200 else 201)

    def events(self, room_id, query=""):
        """A page of the room's log."""
        return expect(self.rest.get(f"/rooms/{room_id}/messages{query}"), 200)

    def add_members(self, room_id, *members):
        """Adds people to a room; returns the answer."""
        return self.rest.post(f"/rooms/{room_id}/members", {"members": [member.username for member in members]})

    def remove_member(self, room_id, member):
        """Removes a member from a room; returns the answer."""
        return self.rest.delete(f"/rooms/{room_id}/members/{member.id}")

    def members(self, room_id):
        """The members of a room: role by user id."""
        items = expect(self.rest.get(f"/rooms/{room_id}/members?limit=200"), 200)["items"]
        return {item.get("user", item)["id"]: item["role"] for item in items}

    def remind(self, text, **when):
        """Creates a reminder; returns it."""
        return expect(self.rest.post("/reminders", {"text": text, **when}), 201)

    async def client(self, **more):
        """A connected WebSocket client of this user."""
        return await Client.open(self.server, self.token, **more)


class People:
    """Makes people on one server."""

    def __init__(self, server, prefix="p"):
        self.server = server
        self.prefix = prefix
        self.numbers = itertools.count(1)
        self.ready = []

    def record(self, username, **more):
        """An import record with the shared password."""
        return {
            "username": username,
            "email": f"{username}@example.com",
            "full_name": f"Person {username}",
            "password_hash": password_hash(),
            **more,
        }

    def fresh_names(self, count):
        """Names that no user of this server has."""
        return [f"{self.prefix}{next(self.numbers):04d}" for _ in range(count)]

    def user(self, **more):
        """A new user; `more` replaces members of the import record."""
        if more:
            name = self.fresh_names(1)[0]
            self.server.import_users([self.record(name, **more)])
            return Person(self.server, name, self.server.token(name))
        if not self.ready:
            names = self.fresh_names(BATCH)
            self.server.import_users([self.record(each) for each in names])
            self.ready = list(self.server.tokens(names).items())
        return Person(self.server, *self.ready.pop(0))

    def users(self, count):
        """Several new users."""
        return [self.user() for _ in range(count)]

    def admin(self):
        """A new administrator."""
        return self.user(role="admin")
