"""`callboard admin backup` and `restore`: what was acknowledged is in the copy, and the copy becomes a store again."""

import contextlib
import shutil
import sqlite3

import pytest

from support.load import Load, texts_of
from support.people import People
from support.rest import Rest, expect
from support.server import run
from support.waiting import until

REFUSED = 3


@pytest.fixture(name="copied")
def copied_fixture(own_server, tmp_path):
    """A server with a message, stopped, and a copy of its store: (server, room, person, copy)."""
    server = own_server()
    person = People(server).user()
    room = person.room("kept")["id"]
    person.say(room, "in the copy")
    server.admin("backup", tmp_path / "copy")
    person.say(room, "after the copy")
    assert server.stop() == 0
    return server, room, person, tmp_path / "copy"


def restore(server, copy):
    """Runs `admin restore` on a server's data directory."""
    return run("admin", "restore", copy, "--data-dir", server.data_dir)


def epoch(server, person, room):
    """The epoch that a server tells of a room."""
    return expect(Rest(server.url, server.token(person.username)).get(f"/rooms/{room}/messages"), 200)["epoch"]


def test_a_copy_made_under_load_holds_all_that_was_acknowledged_before(own_server, tmp_path):
    """Restored into a new directory with the secret beside it, served by the real program, read by REST."""
    server = own_server()
    with Load(server).running() as load:
        until(lambda: load.count() >= 60, 60, "messages")
        before = load.so_far()
        said = server.admin("backup", tmp_path / "copy").stdout
        after = load.so_far()
        until(lambda: load.count() > sum(map(len, after.values())), 60, "a message after the copy")
    assert str(tmp_path / "copy") in said and "secret" in said
    fresh = own_server(start=False)
    assert restore(fresh, tmp_path / "copy").returncode == 0
    shutil.copy(server.data_dir / "secret", fresh.data_dir / "secret")
    fresh.start()
    for person, room in zip(load.people, load.rooms):
        found = texts_of(Rest(fresh.url, fresh.token(person.username)), room)
        assert found[: len(before[room])] == before[room], "a message that was acknowledged before the copy began is missing"
        assert load.sent[room][: len(found)] == found, "the copy is of no state that the room was in"


def test_the_copy_is_one_file_for_its_owner_alone(copied):
    copy = copied[3]
    assert [path.name for path in copy.parent.glob("copy*")] == ["copy"]
    assert copy.stat().st_mode & 0o777 == 0o600
    with contextlib.closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_is_there_is_not_overwritten(copied, tmp_path):
    server = copied[0]
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("mine", "link"):
        done = server.admin("backup", tmp_path / name, check=False)
        assert done.returncode == REFUSED and "there already" in done.stderr
    assert (tmp_path / "mine").read_text() == "mine" and not (tmp_path / "nowhere").exists()


def test_there_is_nothing_to_copy(tmp_path):
    done = run("admin", "backup", tmp_path / "copy", "--data-dir", tmp_path / "data")
    assert done.returncode == REFUSED and "no store" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(copied, tmp_path):
    done = copied[0].admin("backup", tmp_path / "no" / "copy", check=False)
    assert done.returncode == REFUSED and str(tmp_path / "no" / "copy") in done.stderr


def test_restoring_keeps_the_old_store_aside(copied):
    """With what the copy does not hold; the restored one goes on under a new epoch."""
    server, room, person, copy = copied
    server.start()
    old_epoch = epoch(server, person, room)
    server.kill()  # leaves the log of what was committed last beside the store
    done = restore(server, copy)
    assert done.returncode == 0, done.stderr
    (aside,) = [path for path in server.data_dir.glob("callboard.sqlite.replaced-*") if path.name.endswith("Z")]
    assert str(aside) in done.stdout
    with contextlib.closing(sqlite3.connect(aside)) as store:
        assert store.execute("SELECT count(*) FROM room_events WHERE body LIKE '%after the copy%'").fetchone() == (1,)
    server.start()
    rest = Rest(server.url, server.token(person.username))
    assert texts_of(rest, room) == ["in the copy"]
    assert epoch(server, person, room) != old_epoch
    assert expect(rest.post(f"/rooms/{room}/messages", {"text": "goes on"}), 201)["offset"] > 1


def test_a_running_server_is_not_replaced(copied):
    server, room, person, copy = copied
    server.start()
    done = restore(server, copy)
    assert done.returncode == REFUSED and "process" in done.stderr
    assert texts_of(Rest(server.url, server.token(person.username)), room)[-1] == "after the copy"


@pytest.mark.parametrize("damage", ["absent", "text", "pages", "foreign", "newer", "partitions"])
def test_a_copy_that_is_none_changes_nothing(copied, damage):
    """Each with a sentence; the store stays and still serves."""
    server, room, person, copy = copied
    if damage == "absent":
        copy.unlink()
    elif damage == "text":
        copy.write_text("no database" * 100)
    elif damage == "pages":
        content = bytearray(copy.read_bytes())
        content[4096 * 3 : 4096 * 9] = b"\xa5" * (4096 * 6)
        copy.write_bytes(content)
    else:
        statement = {"foreign": "PRAGMA application_id = 1", "newer": "INSERT INTO schema_versions VALUES (9999, 'x', 0)",
                     "partitions": "UPDATE meta SET value = '7' WHERE name = 'partitions'"}[damage]  # fmt: skip
        with contextlib.closing(sqlite3.connect(copy)) as store, store:
            store.execute(statement)
    before = sorted(server.data_dir.iterdir())
    done = restore(server, copy)
    assert done.returncode == REFUSED and len(done.stderr.splitlines()) == 1, done.stderr
    assert sorted(server.data_dir.iterdir()) == before
    server.start()
    assert texts_of(Rest(server.url, server.token(person.username)), room) == ["in the copy", "after the copy"]


def test_it_is_not_for_postgresql(tmp_path):
    for command in ("backup", "restore"):
        done = run("admin", command, tmp_path / "copy", "--database-url", "postgresql://127.0.0.1:1/x")
        assert done.returncode == 2 and "pg_dump" in done.stderr


