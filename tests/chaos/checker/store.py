"""The store as the checker reads it: rows by SQL, through psql."""

import dataclasses
import json
import subprocess

TABLES = {
    "users": "SELECT id, username FROM users WHERE deleted = 0",
    "rooms": "SELECT id, name, created_by, last_offset FROM rooms",
    "members": "SELECT room_id, user_id FROM members",
    "room_events": 'SELECT room_id, "offset", kind, actor_id, body FROM room_events ORDER BY room_id, "offset"',
    "personal_events": 'SELECT user_id, "offset", kind, subject, fire_seq FROM personal_events ORDER BY user_id, "offset"',
    "reminders": "SELECT id, owner_id, body, state, fired_count FROM reminders",
    # The record that the test's own trigger keeps of everything that went into the outbox.
    "events": """SELECT "partition", id, encode(event_id, 'hex') AS event_id, type, topic, "key", data, at
                 FROM observer.events ORDER BY "partition", id""",
    "outbox": "SELECT id FROM outbox",
    "dead_events": "SELECT type, reason FROM dead_events",
}
MESSAGE = 0  # room_events.kind
ROOM_ADDED, FIRED = 0, 2  # personal_events.kind
SCHEDULED, FIRING = 0, 1  # reminders.state


@dataclasses.dataclass
class Store:
    """The rows of each table, as dictionaries."""

    users: list = dataclasses.field(default_factory=list)
    rooms: list = dataclasses.field(default_factory=list)
    members: list = dataclasses.field(default_factory=list)
    room_events: list = dataclasses.field(default_factory=list)
    personal_events: list = dataclasses.field(default_factory=list)
    reminders: list = dataclasses.field(default_factory=list)
    events: list = dataclasses.field(default_factory=list)
    outbox: list = dataclasses.field(default_factory=list)
    dead_events: list = dataclasses.field(default_factory=list)

    def messages(self):
        """The messages of all rooms."""
        return [row for row in self.room_events if row["kind"] == MESSAGE]


def rows_of(database, statement):
    """What a statement returns, as dictionaries."""
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", database, "-c",
         f"SELECT row_to_json(each) FROM ({statement}) AS each"],
        capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def has_owner(database):
    """Whether a connection holds the lock of the installation; that of a server that was killed lives a moment longer."""
    held = rows_of(database, "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
                             "(SELECT oid FROM pg_database WHERE datname = current_database())")  # fmt: skip
    return held[0]["n"] > 0


def read(database):
    """The Store at a URL of PostgreSQL."""
    return Store(**{name: rows_of(database, statement) for name, statement in TABLES.items()})
