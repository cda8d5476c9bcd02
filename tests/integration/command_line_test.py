"""The server's command line: help, version, options and where they come from, and the administrator's commands."""

import json
import pathlib
import re
import sqlite3

import bcrypt
import pytest
import requests

from support.people import PASSWORD, People, password_hash
from support.rest import Rest, expect, refused
from support.server import Server, free_port, run

BAD_CONFIGURATION = 2
COMMANDS = [
    [],
    ["serve"],
    ["migrate"],
    ["admin"],
    ["admin", "create"],
    ["admin", "token"],
    ["admin", "import"],
    ["admin", "export"],
    ["admin", "backup"],
    ["admin", "restore"],
    ["admin", "keys"],
    ["admin", "keys", "list"],
    ["admin", "keys", "rotate"],
    ["admin", "keys", "retire"],
    ["config"],
    ["config", "check"],
    ["doctor"],
    ["version"],
]


def declared_version():
    """The version of the project, as CMake has it."""
    declaration = (pathlib.Path(__file__).resolve().parents[2] / "CMakeLists.txt").read_text()
    return re.search(r"^project\(callboard VERSION (\S+)", declaration, re.MULTILINE).group(1)


def one_line_of_error(done, *words):
    """A refusal: exit code 2, something on standard error with each word, nothing of a started server."""
    assert done.returncode == BAD_CONFIGURATION, f"{done.returncode}: {done.stdout} {done.stderr}"
    assert done.stderr.strip(), "nothing said"
    for word in words:
        assert word in done.stderr, done.stderr
    assert "terminate called" not in done.stderr and "listening" not in done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_everywhere(command):
    """--help explains and ends with 0."""
    done = run(*command, "--help")
    assert done.returncode == 0 and len(done.stdout) > 50 and done.stderr == ""


def test_version():
    """The version that the sources declare, their commit, and every library with a number."""
    done = run("version")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"callboard {declared_version()}"
    told = dict(line.split(maxsplit=1) for line in lines[1:])
    assert re.fullmatch(r"[0-9a-f]{12}(-dirty)?|unknown", told.pop("commit"))
    assert re.fullmatch(r"\w+, GNU 1\d\.\d+\.\d+, \w+", told.pop("build"))
    assert set(told) == {"CAF", "Boost", "OpenSSL", "SQLite", "libpqxx", "libpq", "librdkafka", "hiredis", "libcurl", "libxcrypt",
                         "simdjson", "spdlog", "jemalloc"}  # fmt: skip
    numbers = {name: version for name, version in told.items() if (name, version) != ("jemalloc", "none")}
    assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in numbers.values()), numbers
    assert told["CAF"] == "0.17.6" and told["SQLite"] == sqlite3.sqlite_version


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--no-such-option"],
        ["serve", "--listen"],
        ["dance"],
        [],
        ["admin", "dance"],
        ["version", "--loud"],
        ["serve", "surplus"],
    ],
    ids=" ".join,
)
def test_an_unknown_option_or_command_is_refused(arguments, tmp_path):
    """Exit code 2 and a line that says what."""
    one_line_of_error(run(*arguments, cwd=tmp_path))
    assert list(tmp_path.iterdir()) == [], "something was created"


@pytest.mark.parametrize(
    "flag, value",
    [
        ("--listen", "nonsense"),
        ("--listen", "127.0.0.1:99999"),
        ("--listen", "127.0.0.1:-1"),
        ("--bcrypt-cost", "9"),
        ("--bcrypt-cost", "99"),
        ("--bcrypt-cost", "x"),
        ("--login-rate", "-1"),
        ("--log-level", "loud"),
    ],
)
def test_a_value_out_of_bounds_is_refused(flag, value, tmp_path):
    """Named with its option; nothing is created."""
    one_line_of_error(run("serve", "--data-dir", tmp_path / "data", flag, value, cwd=tmp_path), flag.strip("-"))
    assert not (tmp_path / "data").exists()


def test_an_unknown_variable_of_ours_is_refused(tmp_path):
    """A misspelt CALLBOARD_ variable is an error, not silence."""
    one_line_of_error(run("config", "check", env={"CALLBOARD_LISTNE": "x"}, cwd=tmp_path), "CALLBOARD_LISTNE")


def test_an_unknown_name_in_the_file_is_refused(tmp_path):
    """The same in `.env`, with its line."""
    (tmp_path / ".env").write_text("# comment\nCALLBOARD_DATADIR=x\n")
    one_line_of_error(run("config", "check", cwd=tmp_path), "CALLBOARD_DATADIR", "2")


def test_config_check(tmp_path):
    """0 for a good configuration, 2 for a bad one; no data directory is made, nothing listens."""
    good = run(
        "config",
        "check",
        env={"CALLBOARD_DATA_DIR": str(tmp_path / "data"), "CALLBOARD_BCRYPT_COST": "10"},
        cwd=tmp_path,
    )
    assert good.returncode == 0, good.stderr
    assert not (tmp_path / "data").exists()
    one_line_of_error(run("config", "check", env={"CALLBOARD_BCRYPT_COST": "x"}, cwd=tmp_path))


def test_flags_beat_variables_beat_the_file(tmp_path):
    """--listen over CALLBOARD_LISTEN over .env; each alone counts."""
    in_file, in_variable, in_flag = free_port(), free_port(), free_port()

    class Bare(Server):
        """Starts without --listen unless asked."""

        def command(self):
            line = super().command()
            at = line.index("--listen")
            return line[:at] + line[at + 2 :]

    for number, (env, flags, expected) in enumerate(
        [({}, [], in_file), ({"CALLBOARD_LISTEN": f"127.0.0.1:{in_variable}"}, [], in_variable)]
    ):
        server = Bare(tmp_path / f"server-{number}", *flags, env=env)
        (server.folder / ".env").write_text(f"# a comment\n\nCALLBOARD_LISTEN=127.0.0.1:{in_file}\n")
        server.start()
        assert server.port == expected
        assert server.stop() == 0
    server = Server(tmp_path / "server-flag", env={"CALLBOARD_LISTEN": f"127.0.0.1:{in_variable}"})
    server.port = in_flag
    (server.folder / ".env").write_text(f"CALLBOARD_LISTEN=127.0.0.1:{in_file}\n")
    server.start()
    assert server.port == in_flag
    assert server.stop() == 0


def test_a_port_that_is_taken_is_refused(own_server, tmp_path):
    """One line, not 0, and the first server goes on."""
    server = own_server()
    other = Server(tmp_path / "other")
    other.port = server.port
    other.spawn()
    assert other.wait() not in (0, -6, -11)
    assert str(server.port) in other.last_output() and "callboard listening" not in other.last_output()
    assert Rest(server.url).get("/livez").status_code == 200


def test_migrate_makes_the_store_and_changes_nothing_twice(tmp_path):
    """0 both times; a server starts on it."""
    server = Server(tmp_path / "server")
    for _ in range(2):
        done = run("migrate", "--data-dir", server.data_dir)
        assert done.returncode == 0, done.stderr
    assert server.database().stat().st_size > 0
    server.start()
    assert server.stop() == 0


def test_tokens_work_on_the_running_server(people, server):
    """admin token for a name, in any case; an unknown name or a bad life is refused."""
    person = people.user()
    token = server.token(person.username.upper())
    assert expect(Rest(server.url, token).get("/users/me"), 200)["id"] == person.id
    for arguments in (
        ["--user", "nobody.at.all"],
        ["--user", person.username, "--ttl", "soon"],
        ["--user", person.username, "--ttl", "0s"],
        ["--user", person.username, "--ttl", "10000h"],
        [],
    ):
        done = server.admin("token", *arguments, check=False)
        assert done.returncode != 0 and done.stderr.strip() and not done.stdout.strip(), f"{arguments}: {done}"


def test_import_takes_hashes_of_other_systems(people, server, anonymous):
    """$2a$, $2b$ and $2y$ at several costs log in; a user without a hash cannot."""
    records = []
    for prefix, cost in ((b"2a", 4), (b"2b", 10), (b"2b", 12)):
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(cost, prefix)).decode()
        records.append(people.record(f"moved.{prefix.decode()}.{cost}", password_hash=hashed))
    records.append(people.record("moved.2y", password_hash=password_hash().replace("$2b$", "$2y$")))
    without = people.record("moved.none")
    del without["password_hash"]
    server.import_users([*records, without])
    for record in records:
        body = {"login": record["username"], "password": PASSWORD}
        for _ in range(2):  # the second time after a possible upgrade of the hash
            expect(anonymous.post("/auth/login", body), 200)
        refused(anonymous.post("/auth/login", {**body, "password": PASSWORD + "x"}), 401, "invalid_credentials")
    refused(anonymous.post("/auth/login", {"login": "moved.none", "password": PASSWORD}), 401, "invalid_credentials")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"username":"only.name"}',
        '{"email":"a@example.com"}',
        '{"username":"x y","email":"a@example.com"}',
        '{"username":"good.name","email":"none"}',
        '{"username":"good.name","email":"g@example.com","role":"king"}',
        '{"username":"good.name","email":"g@example.com","password_hash":"plain"}',
        '{"username":"good.name","email":"g@example.com","password_hash":"$2b$31$' + "a" * 53 + '"}',
        '{"username":"good.name","email":"g@example.com","password":"x"}',
    ],
)
def test_import_refuses_a_bad_line_by_its_number(people, server, line, tmp_path):
    """Not 0, the line's number in the error, and nobody of the bad line exists."""
    path = tmp_path / "bad.ndjson"
    good = people.fresh_names(1)[0]
    path.write_text(json.dumps(people.record(good)) + "\n" + line + "\n")
    done = server.admin("import", path, check=False)
    assert done.returncode != 0 and re.search(r"\b2\b", done.stderr), done
    try:
        name = json.loads(line)["username"]
    except (ValueError, TypeError, KeyError):
        return
    query = requests.utils.quote(name)
    assert expect(people.user().rest.get(f"/users?query={query}"), 200)["items"] == []


def test_import_of_somebody_who_exists_says_so(people, server, tmp_path):
    """A name that is taken is reported and the account is not changed."""
    person = people.user()
    path = tmp_path / "again.ndjson"
    path.write_text(json.dumps(people.record(person.username, role="admin", full_name="Impostor")) + "\n")
    done = server.admin("import", path, check=False)
    assert done.returncode != 0 and "line 1" in done.stderr and ".;" not in done.stderr, done
    me = expect(person.rest.get("/users/me"), 200)
    assert (me["role"], me["full_name"]) == ("user", person.user["full_name"])


def test_what_was_exported_is_imported_elsewhere(people, own_server, tmp_path):
    """More than a page of accounts with their bcrypt hashes; who is exported logs in with the password they had."""
    first = own_server()
    records = [people.record(f"mover{number:03d}", full_name=f"Mover № {number}") for number in range(450)]
    records[7] |= {"role": "admin"}
    records[8] |= {"password_hash": password_hash()}
    first.import_users(records)
    expect(Rest(first.url).post("/auth/guest", {}), 200)
    done = first.admin("export")
    assert "exported 450 accounts" in done.stderr
    exported = {one["username"]: one for one in map(json.loads, done.stdout.splitlines())}
    assert list(exported) == [one["username"] for one in records], "in order of their ids, without the guest"
    for record in records:
        assert exported[record["username"]] == {"role": "user", **record}

    path = tmp_path / "accounts.ndjson"
    first.admin("export", path)
    assert path.read_text() == done.stdout and path.stat().st_mode & 0o077 == 0
    second = own_server()
    second.admin("import", path)
    session = expect(Rest(second.url).post("/auth/login", {"login": "mover008", "password": PASSWORD}), 200)
    assert session["user"]["full_name"] == "Mover № 8"
    assert Rest(second.url, second.token("mover007")).get("/users/me").json()["role"] == "admin"


def test_an_export_that_cannot_be_written_fails(server, people):
    """Not 0 and a sentence: a folder that is not there, a full disk."""
    people.user()
    for path in ("/no/such/folder/accounts.ndjson", "/dev/full"):
        done = server.admin("export", path, check=False)
        assert done.returncode == 1 and "cannot" in done.stderr, done


def test_import_of_thousands_is_one_go(people, server, tmp_path):
    """10,000 lines without trouble while the server runs, and it serves meanwhile."""
    path = tmp_path / "many.ndjson"
    path.write_text("".join(json.dumps(people.record(f"mass{number:05d}")) + "\n" for number in range(10_000)))
    done = server.admin("import", path)
    assert "10000" in re.sub(r"[,\s]", "", done.stdout + done.stderr)
    assert expect(Rest(server.url, server.token("mass09999")).get("/users/me"), 200)["username"] == "mass09999"


def test_there_is_no_default_account(own_server):
    """A fresh server knows nobody, by the usual names and passwords or by any other."""
    server = own_server()
    with sqlite3.connect(f"file:{server.database()}?mode=ro", uri=True) as store:
        assert store.execute("SELECT count(*) FROM users").fetchone() == (0,)
    for name in ("admin", "root", "callboard", "user", "test"):
        for password in ("admin", "password", "callboard", "changeme", name, ""):
            assert Rest(server.url).post("/auth/login", {"login": name, "password": password}).status_code in (401, 422)


def test_admin_create_makes_an_administrator(own_server):
    """The first admin comes from the command line, also while the server runs, with the password policy."""
    server = own_server()
    created = create_admin(server, "first.admin", PASSWORD)
    assert created.returncode == 0, created
    session = expect(Rest(server.url).post("/auth/login", {"login": "first.admin", "password": PASSWORD}), 200)
    assert session["user"]["role"] == "admin"
    expect(Rest(server.url, session["access_token"]).get("/admin/mail"), 200)
    assert PASSWORD not in created.stdout + created.stderr
    assert create_admin(server, "first.admin", PASSWORD).returncode != 0, "created twice"
    assert create_admin(server, "second.admin", "short").returncode != 0, "a weak password"
    assert People(server).user().user["role"] == "user"


def create_admin(server, name, password):
    """`admin create` with the password on standard input, which no process list shows."""
    return server.admin(
        "create",
        "--username",
        name,
        "--email",
        f"{name}@example.com",
        "--password-stdin",
        input_text=password + "\n",
        check=False,
    )
