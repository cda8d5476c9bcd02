"""A data directory that an earlier callboard left: this one brings its schema up to date, and everything is still there."""

import contextlib
import pathlib
import sqlite3

import pytest

from support.load import texts_of
from support.people import People
from support.rest import Rest, expect
from support.server import run

SCHEMA = sorted((pathlib.Path(__file__).resolve().parents[2] / "schema/sql/sqlite").glob("[0-9]*.sql"))
LATEST = len(SCHEMA)


def columns(store, schema, table):
    """The names of a table's columns that can be written."""
    return [row[1] for row in store.execute(f"PRAGMA {schema}.table_xinfo('{table}')") if row[6] == 0]


def tables(store, schema):
    """The tables of our own, in the order in which they were made."""
    found = store.execute(f"SELECT name, sql FROM {schema}.sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall()
    virtual = [name for name, sql in found if sql and sql.upper().startswith("CREATE VIRTUAL")]
    return [name for name, sql in found if sql and name not in virtual and not name.startswith("sqlite_")
            and not any(name.startswith(f"{each}_") for each in virtual)]


def make_as_of(version, path, source):
    """Writes a store with the schema of a version, as its migrations made it, and what it can hold of the rows of `source`."""
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.execute("ATTACH ? AS later", (str(source),))
        application = store.execute("PRAGMA later.application_id").fetchone()[0]
        store.execute("PRAGMA foreign_keys = OFF")
        store.execute("CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)")
        for number, file in enumerate(SCHEMA[:version], 1):
            store.executescript(file.read_text())
            store.execute("INSERT INTO schema_versions VALUES (?, ?, 0)", (number, file.name))
        known = set(tables(store, "later"))
        for table in tables(store, "main"):
            if table in known and table != "schema_versions":
                later = set(columns(store, "later", table))
                shared = ", ".join(f'"{name}"' for name in columns(store, "main", table) if name in later)
                only = "WHERE name IN (SELECT name FROM main.sequences)" if table == "sequences" else ""  # those that it had then
                store.execute(f'INSERT OR REPLACE INTO main."{table}" ({shared}) SELECT {shared} FROM later."{table}" {only}')
        store.execute(f"PRAGMA application_id = {application}")
        store.commit()
    path.chmod(0o600)


def version_of(server):
    """The version of the schema in a data directory."""
    with contextlib.closing(sqlite3.connect(server.database())) as store:
        return store.execute("SELECT max(version) FROM schema_versions").fetchone()[0]


@pytest.fixture(name="written", scope="module")
def written_fixture(server):
    """A server with people, a room, messages and a reminder; still running."""
    people = People(server)
    ada, grace = people.users(2)
    room = ada.room("Stage left", [grace])["id"]
    for number in range(120):
        (ada, grace)[number % 2].say(room, f"line {number}")
    ada.remind("tea", **{"in": "PT1H"})
    return ada, grace, room, people.server


@pytest.mark.parametrize("version", range(1, LATEST))
def test_a_store_of_an_earlier_version_is_brought_up_to_date_with_all_its_messages(written, own_server, tmp_path, version):
    ada, grace, room, source = written
    wanted = texts_of(ada.rest, room)
    assert wanted == [f"line {number}" for number in range(120)]
    server = own_server(start=False)
    server.data_dir.mkdir(mode=0o700)
    make_as_of(version, server.data_dir / "callboard.sqlite", source.database())
    (server.data_dir / "secret").write_bytes((source.data_dir / "secret").read_bytes())
    (server.data_dir / "secret").chmod(0o600)
    assert version_of(server) == version
    said = run("doctor", "--data-dir", server.data_dir).stdout
    assert f"schema version {version}; the next start brings it to {LATEST}" in said
    server.start()
    assert version_of(server) == LATEST
    for person in (ada, grace):
        rest = Rest(server.url, server.token(person.username))
        assert texts_of(rest, room) == wanted
        assert expect(rest.get("/users/me"), 200)["id"] == person.id
    reminders = expect(Rest(server.url, server.token(ada.username)).get("/reminders"), 200)["items"]
    assert [reminder["text"] for reminder in reminders] == ["tea"]
    answer = Rest(server.url, server.token(grace.username)).post(f"/rooms/{room}/messages", {"text": "line 120"})
    assert expect(answer, 201)["offset"] > len(wanted)
