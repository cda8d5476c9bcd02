"""pg_dump of a database under load, as docs/operations.md says, restored into another one and served from there."""

import pathlib
import re
import shlex
import shutil

from support.database import Database, client
from support.load import Load, texts_of
from support.rest import Rest
from support.waiting import until

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/operations.md"


def documented(program):
    """The command of the document that begins with a program, with its places as {names}."""
    (line,) = re.findall(rf"^    ({program} .*)$", DOCUMENT.read_text(), re.MULTILINE)
    return line


def run_documented(program, **places):
    """Runs it with these places filled in."""
    words = shlex.split(documented(program))
    for place, value in places.items():
        words = [re.sub(rf"(?<![\w.]){re.escape(place)}$", lambda _, text=str(value): text, word) for word in words]
    return client(*words)


def test_what_was_acknowledged_before_the_dump_is_in_the_restored_database(own_server, tmp_path):
    dump = tmp_path / "callboard.dump"
    with Database() as first, Database() as second:
        server = own_server(env={"CALLBOARD_DATABASE_URL": first.url})
        with Load(server).running() as load:
            until(lambda: load.count() >= 60, 60, "messages")
            before = load.so_far()
            run_documented("pg_dump", DATABASE_URL=first.url, **{"callboard.dump": dump})
        old_epoch = first.ask("SELECT value FROM meta WHERE name = 'store_epoch'")
        run_documented("pg_restore", NEW_DATABASE_URL=second.url, **{"callboard.dump": dump})
        run_documented("psql", NEW_DATABASE_URL=second.url)
        assert second.ask("SELECT value FROM meta WHERE name = 'store_epoch'") not in ("", old_epoch)
        fresh = own_server(env={"CALLBOARD_DATABASE_URL": second.url}, start=False)
        fresh.data_dir.mkdir(mode=0o700)
        shutil.copy(server.data_dir / "secret", fresh.data_dir / "secret")
        fresh.start(40)
        for person, room in zip(load.people, load.rooms):
            found = texts_of(Rest(fresh.url, fresh.token(person.username)), room)
            assert found[: len(before[room])] == before[room]
            assert load.sent[room][: len(found)] == found
        assert server.stop() == 0 and fresh.stop() == 0
