"""`callboard admin users` beside a running server: accounts are listed, shown and changed, and sessions end with it."""

import concurrent.futures

import pytest

from support.centrifuge import Client
from support.people import PASSWORD, People
from support.rest import Rest, expect, refused
from support.server import Server, run
from support.waiting import until


@pytest.fixture(scope="module")
def admin(people):
    return people.admin()


def listed(server, *arguments):
    """What `list` prints: rows of id, username, role, state, time, address; and what it says beside."""
    done = server.admin("users", "list", *arguments)
    return [line.split("\t") for line in done.stdout.splitlines()], done.stderr


def shown(server, name):
    """What `show` prints, by name."""
    return dict(line.split("\t") for line in server.admin("users", "show", name).stdout.splitlines())


def entries(admin, person):
    """The audit log about somebody, the latest first: (type, detail), by the command line alone."""
    found = expect(admin.rest.get(f"/admin/audit?limit=200&user={person.id}"), 200)["items"]
    return [(each["type"], each["detail"]) for each in found if each["actor"] is None and each["detail"].get("by")]


def test_accounts_are_listed_page_by_page_and_found(people, server, admin):
    """Each once, by id; by a beginning of a name, by role, by state."""
    some = [people.user() for _ in range(5)]
    rows, beside = listed(server)
    ids = [int(row[0]) for row in rows]
    assert ids == sorted(set(ids)) and {each.id for each in some} <= set(ids) and beside == ""
    read, cursor = [], []
    while True:
        rows, beside = listed(server, "--limit", "2", *cursor)
        assert 1 <= len(rows) <= 2
        read += [int(row[0]) for row in rows]
        if not beside:
            break
        cursor = ["--cursor", beside.split("--cursor ")[1].strip()]
    assert read == ids
    one = some[0]
    (row,), _ = listed(server, "--query", one.username.upper())
    assert row[:4] == [str(one.id), one.username, "user", "active"] and row[5] == one.email
    assert [row[1] for row in listed(server, "--role", "admin")[0]] == [admin.username]
    assert listed(server, "--disabled")[0] == []
    assert len(listed(server, "--enabled")[0]) == len(ids)


def test_an_account_is_shown_on_lines_that_nobody_forges(people, server):
    """By its name or its address, with its sessions; a control character of a name stays on its line."""
    person = people.user()
    expect(person.rest.patch("/users/me", {"full_name": "Мария\nstate\tadmin\x1b[31m\u009b2J"}), 200)
    person.log_in()
    found = shown(server, person.email.upper())
    assert found == {
        "id": str(person.id),
        "username": person.username,
        "email": f"{person.email} (not verified)",
        "full name": "Мария?state?admin?[31m?2J",
        "role": "user",
        "state": "active",
        "locked until": "-",
        "made": person.user["created_at"],
        "sessions": "2",
    }


async def test_disabling_ends_what_the_running_server_holds(people, server, admin, anonymous):
    """Token, refresh and socket within seconds, log-in at once; enabling gives back the log-in and nothing else."""
    person = people.user()
    session = person.log_in()
    held = Rest(server.url, session["access_token"])
    expect(held.get("/users/me"), 200)
    login = {"login": person.username, "password": PASSWORD}
    async with await Client.open(server, session["access_token"]) as client:
        said = server.admin("users", "disable", person.username).stdout
        assert said == f"{person.username} is user, disabled; sessions ended: 2\n"
        refused(anonymous.post("/auth/login", login), 401, "invalid_credentials")
        refused(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 401, "invalid_refresh_token")
        assert await client.closed() == 3503
    until(lambda: held.get("/users/me").status_code == 401, 60, "the end of the token")
    assert shown(server, person.username)["state"] == "disabled"
    assert [row[1] for row in listed(server, "--disabled")[0]] == [person.username]
    assert server.admin("users", "disable", person.username).stdout.endswith("sessions ended: 0\n")
    server.admin("users", "enable", person.email)
    refused(held.get("/users/me"), 401)
    refused(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 401, "invalid_refresh_token")
    expect(anonymous.post("/auth/login", login), 200)
    by_command = {"by": "command_line"}
    assert entries(admin, person) == [(kind, by_command) for kind in ("user_enabled", "user_disabled", "authn_token_created")]


def test_a_role_takes_effect_in_new_sessions_and_in_what_follows_them(people, server, admin, anonymous):
    """Also in the token of a refresh right after it, although the server keeps profiles for a while."""
    person = people.user()
    session = person.log_in()
    renewed = expect(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 200)
    assert renewed["user"]["role"] == "user"
    assert server.admin("users", "role", person.username, "admin").stdout.startswith(f"{person.username} is admin, active;")
    refused(anonymous.post("/auth/refresh", {"refresh_token": renewed["refresh_token"]}), 401, "invalid_refresh_token")
    session = person.log_in()
    renewed = expect(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 200)
    assert renewed["user"]["role"] == "admin"
    expect(Rest(server.url, renewed["access_token"]).get("/admin/users"), 200)
    assert entries(admin, person)[0] == ("authz_change", {"from": "user", "to": "admin", "by": "command_line"})
    server.admin("users", "role", person.username, "user")


def test_what_cannot_be_is_told_in_one_line(people, server, admin, anonymous):
    """Nobody of that name, no such role, a guest, the last admin."""
    person = people.user()
    guest = expect(anonymous.post("/auth/guest", {}), 200)["user"]
    for arguments, part in (
        (["show", "nobody.at.all"], "nobody.at.all"),
        (["disable", "nobody.at.all"], "nobody.at.all"),
        (["role", person.username, "king"], "king"),
        (["role", person.username], "ROLE"),
        (["role", guest["username"], "admin"], "guest"),
        (["role", admin.username, "user"], "administrator"),
        (["disable", admin.username], "administrator"),
        (["list", "--cursor", "x"], "cursor"),
        (["list", "--limit", "0"], "limit"),
        (["list", "--enabled", "--disabled"], "disabled"),
    ):
        done = server.admin("users", *arguments, check=False)
        assert done.returncode in (1, 2) and not done.stdout and part.lower() in done.stderr.lower(), f"{arguments}: {done}"
    expect(admin.rest.get("/admin/users"), 200)


def test_the_last_admin_stays_when_the_command_and_the_server_act_at_once(tmp_path):
    """Two processes that write: of two admins one is left, whoever is faster."""
    server = Server(tmp_path).start()
    try:
        people = People(server)
        left = people.admin()
        for _ in range(4):
            other = people.admin()
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                command = pool.submit(server.admin, "users", "disable", left.username, check=False)
                request = pool.submit(left.rest.patch, f"/admin/users/{other.id}", {"disabled": True})
                outcomes = (command.result().returncode == 0, request.result().status_code == 200)
            active = {row[1] for row in listed(server, "--role", "admin", "--enabled")[0]}
            assert outcomes in ((True, False), (False, True)) and len(active) == 1, (outcomes, active)
            left = other if outcomes[0] else left
            assert active == {left.username}
        assert server.stop() == 0
    finally:
        server.discard()


def test_help_names_every_command():
    """As `callboard admin users --help` prints it."""
    done = run("admin", "users", "--help")
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in ("list", "show", "role", "disable", "enable"))
