"""A data directory the server cannot use: one clear line, exit code 3, and not a byte changed."""

import hashlib
import os
import sqlite3
import subprocess

import pytest

from support.people import People
from support.rest import Rest, expect
from support.server import Server

REFUSED = 3


def checksums(folder):
    """The checksum of each file below a folder, but for what any opening touches."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal", "lock"))
    }


def refuses(server, *words, seconds=20):
    """The server ends with exit code 3 and one line of error that holds one of the words."""
    server.spawn()
    code = server.wait(seconds)
    errors = [line for line in server.err_path.read_text().splitlines() if line.strip()]
    assert code == REFUSED, f"exit code {code}: {errors}"
    assert len(errors) == 1, f"one clear line expected: {errors}"
    assert any(word in errors[0].lower() for word in words), errors[0]
    assert "callboard listening" not in server.out_path.read_text()
    return errors[0]


@pytest.fixture
def used(tmp_path):
    """A server with some data, stopped in order; and the texts it keeps."""
    server = Server(tmp_path / "used").start()
    person = People(server).user()
    person.room_id = person.room("kept")["id"]
    person.say(person.room_id, "kept message")
    assert server.stop() == 0
    yield server, person
    if server.process.poll() is None:
        server.kill()


def serves_again(server, person):
    """After the cause is gone the server starts with everything."""
    server.start()
    assert (
        expect(Rest(server.url, server.token(person.username)).get(f"/rooms/{person.room_id}/messages"), 200)["items"][
            -1
        ]["text"]
        == "kept message"
    )
    assert server.stop() == 0


def test_a_parent_that_is_a_file(tmp_path):
    """No folder can be made there."""
    (tmp_path / "file").write_text("in the way")
    server = Server(tmp_path / "server", data_dir=tmp_path / "file" / "data")
    refuses(server, "file/data")
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_file_instead_of_a_directory(tmp_path):
    """The file stays."""
    (tmp_path / "file").write_text("in the way")
    refuses(Server(tmp_path / "server", data_dir=tmp_path / "file"), "file")
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_directory_that_is_not_writable(used, tmp_path):
    """Read-only by its mount (as root, whom modes do not bind) or by its mode."""
    server, person = used
    before = checksums(server.data_dir)
    if os.geteuid() == 0:
        mount = subprocess.run(["mount", "--bind", str(server.data_dir), str(server.data_dir)], check=False)
        if mount.returncode != 0:
            pytest.skip("as root, and a bind mount is not allowed")
        try:
            subprocess.run(["mount", "-o", "remount,bind,ro", str(server.data_dir)], check=True)
            refuses(server, "writ", "read-only", "permission")
            assert checksums(server.data_dir) == before
        finally:
            subprocess.run(["umount", str(server.data_dir)], check=True)
    else:
        server.data_dir.chmod(0o555)
        try:
            refuses(server, "writ", "read-only", "permission")
            assert checksums(server.data_dir) == before
        finally:
            server.data_dir.chmod(0o700)
    serves_again(server, person)


def raise_version(database):
    """Makes the store say that a later release wrote it; returns how to undo that."""
    with sqlite3.connect(database) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version:
            connection.execute("PRAGMA user_version = 9999")
            return f"PRAGMA user_version = {version}"
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        table = next(name for name in tables if "migration" in name or "schema" in name)
        columns = [(row[1], row[2].upper()) for row in connection.execute(f'PRAGMA table_info("{table}")')]
        latest = connection.execute(f'SELECT * FROM "{table}" ORDER BY 1 DESC LIMIT 1').fetchone()
        row = [9999 if name in ("version", "number", "id") else value for (name, _), value in zip(columns, latest)]
        assert 9999 in row, columns
        connection.execute(f'INSERT INTO "{table}" VALUES ({",".join("?" * len(row))})', row)
        key = next(name for name, _ in columns if name in ("version", "number", "id"))
        return f'DELETE FROM "{table}" WHERE {key} = 9999'


def test_a_schema_newer_than_the_binary(used):
    """An old binary does not touch a newer store."""
    server, person = used
    undo = raise_version(server.database())
    before = checksums(server.data_dir)
    refuses(server, "newer", "later version")
    assert checksums(server.data_dir) == before
    with sqlite3.connect(server.database()) as connection:
        connection.execute(undo)
    serves_again(server, person)


@pytest.mark.parametrize("damage", ["header", "empty of sense", "cut", "middle"])
def test_a_corrupt_file(used, damage):
    """Garbage instead of the header or the whole, half a file, garbage in the pages."""
    server, person = used
    database = server.database()
    whole = database.read_bytes()
    bad = {
        "header": b"\x00garbage" * 16 + whole[128:],
        "empty of sense": b"This is a letter, not a store.\n" * 400,
        "cut": whole[: len(whole) // 2 // 4096 * 4096 + 100],
        "middle": whole[:4096] + b"\xa5" * (len(whole) - 4096),
    }[damage]
    database.write_bytes(bad)
    before = checksums(server.data_dir)
    refuses(server, "corrupt", "no database", "malformed", "damaged")
    assert checksums(server.data_dir) == before
    database.write_bytes(whole)
    serves_again(server, person)


def test_a_secret_that_others_can_read(used):
    """What everything rests on is for the server's user alone: of its group or of everybody, it is refused."""
    server, person = used
    secret = server.data_dir / "secret"
    for mode in (0o640, 0o604):
        secret.chmod(mode)
        refuses(server, "can be read by others")
    secret.chmod(0o600)
    serves_again(server, person)


def test_a_second_server_on_the_same_directory(used, tmp_path):
    """The second refuses and the first does not notice."""
    server, person = used
    server.start()
    second = Server(tmp_path / "second", data_dir=server.data_dir)
    refuses(second, "another", "in use", "lock", "already")
    token = server.token(person.username)
    expect(Rest(server.url, token).post(f"/rooms/{person.room_id}/messages", {"text": "first goes on"}), 201)
    assert server.stop() == 0
    second.start()
    assert second.stop() == 0


def test_the_lock_of_a_killed_server_does_not_stay(used):
    """After SIGKILL the next start takes the directory at once."""
    server, person = used
    server.start()
    server.kill()
    serves_again(server, person)


def test_an_empty_or_missing_directory_is_made_ready(tmp_path):
    """The first start makes what is missing, closed to others."""
    for number, data in enumerate((tmp_path / "missing" / "deep" / "data", tmp_path / "empty")):
        if number == 1:
            data.mkdir()
        server = Server(tmp_path / f"server-{number}", data_dir=data).start()
        assert server.stop() == 0
        secrets = [path for path in data.rglob("*") if path.is_file() and ("secret" in path.name or "key" in path.name)]
        assert secrets and all(path.stat().st_mode & 0o077 == 0 for path in secrets), secrets
        assert server.database().stat().st_mode & 0o007 == 0 or data.stat().st_mode & 0o077 == 0


def test_a_foreign_sqlite_file_is_left_alone(used):
    """A SQLite file of something else is no store of ours: refused, or left as it is beside ours."""
    server, _ = used
    database = server.database()
    for leftover in server.data_dir.glob(database.name + "-*"):
        leftover.unlink()
    database.unlink()
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE recipes(name TEXT)")
        connection.execute("INSERT INTO recipes VALUES ('borscht')")
        connection.execute("PRAGMA user_version = 77")
    before = checksums(server.data_dir)
    refuses(server, "not a callboard", "another")
    assert checksums(server.data_dir) == before
