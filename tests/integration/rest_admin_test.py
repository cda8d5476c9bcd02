"""Administration of the real binary: accounts, roles, disabling, the last admin, and the audit log."""

import concurrent.futures

import pytest
from support.analytics import rows
from support.centrifuge import Client
from support.people import PASSWORD, People
from support.rest import TIME, Rest, all_pages, expect, refused
from support.server import Server
from support.waiting import until


@pytest.fixture(scope="module")
def admin(people):
    return people.admin()


def account(admin, person):
    """A person's account as an admin sees it."""
    found = expect(admin.rest.get(f"/admin/users?query={person.username}"), 200)["items"]
    assert len(found) == 1, found
    return found[0]


def entries(admin, query=""):
    """The latest entries of the audit log."""
    return expect(admin.rest.get(f"/admin/audit?limit=200{query}"), 200)["items"]


def test_accounts_are_listed_in_pages_and_filtered(people, admin):
    """By id, with what the filter says; a filter that is none is told."""
    person = people.user()
    mine = account(admin, person)
    assert mine == {
        "id": person.id,
        "username": person.username,
        "full_name": f"Person {person.username}",
        "email": person.email,
        "role": "user",
        "disabled": False,
        "locked_until": None,
        "created_at": mine["created_at"],
    }
    assert TIME.match(mine["created_at"])
    pages = all_pages(admin.rest, "/admin/users?role=user", 15)
    ids = [item["id"] for page in pages for item in page]
    assert ids == sorted(set(ids)) and person.id in ids and admin.id not in ids
    assert all(len(page) <= 15 for page in pages)
    assert [each["id"] for each in expect(admin.rest.get("/admin/users?disabled=true"), 200)["items"]] == []
    refused(admin.rest.get("/admin/users?role=king"), 422, "validation_failed", "/role")
    refused(admin.rest.get("/admin/users?disabled=maybe"), 422, "validation_failed", "/disabled")
    refused(admin.rest.get("/admin/users?cursor=x"), 400, "bad_request")


async def test_disabling_ends_every_session_and_socket_at_once(people, admin, anonymous):
    """Tokens are refused with the reason, the socket closes with 3503, log-in fails as for a wrong password; then back."""
    person = people.user()
    session = person.log_in()
    async with await Client.open(person.server, session["access_token"]) as client:
        changed = expect(admin.rest.patch(f"/admin/users/{person.id}", {"disabled": True}), 200)
        assert changed["disabled"] is True
        assert await client.closed() == 3503
        told = client.publications_of("session.revoked")
        assert [each["reason"] for each in told] == ["disabled"]
    over = refused(Rest(anonymous.base, session["access_token"]).get("/users/me"), 401, "unauthorized")
    assert [error["code"] for error in over["errors"]] == ["disabled"]
    over = refused(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 401, "invalid_refresh_token")
    assert [error["code"] for error in over["errors"]] == ["disabled"]
    login = {"login": person.username, "password": PASSWORD}
    shown = refused(anonymous.post("/auth/login", login), 401, "invalid_credentials")
    wrong = refused(anonymous.post("/auth/login", {**login, "password": "wrong one"}), 401, "invalid_credentials")
    assert {**shown, "request_id": ""} == {**wrong, "request_id": ""}
    assert account(admin, person)["disabled"] is True
    expect(admin.rest.patch(f"/admin/users/{person.id}", {"disabled": False}), 200)
    person.log_in()


async def test_a_changed_role_ends_sessions_and_holds_at_the_next_log_in(people, admin, anonymous):
    """The new role is not had by an old token, and the old role by none."""
    person = people.user()
    refused(person.rest.get("/admin/users"), 403, "forbidden")
    session = person.log_in()
    async with await Client.open(person.server, session["access_token"]) as client:
        assert expect(admin.rest.patch(f"/admin/users/{person.id}", {"role": "admin"}), 200)["role"] == "admin"
        assert await client.closed() == 3503
    refused(person.rest.get("/users/me"), 401, "unauthorized")
    promoted = Rest(anonymous.base, person.log_in()["access_token"])
    expect(promoted.get("/admin/users"), 200)
    expect(admin.rest.patch(f"/admin/users/{person.id}", {"role": "user"}), 200)
    refused(promoted.get("/admin/users"), 401, "unauthorized")
    again = Rest(anonymous.base, person.log_in()["access_token"])
    refused(again.get("/admin/users"), 403, "forbidden")
    assert expect(people.user().rest.get(f"/users/{person.id}"), 200)["role"] == "user"  # no cached profile
    types = [each["type"] for each in entries(admin, f"&user={person.id}&type=authz_change")]
    assert types == ["authz_change"] * 2


def test_what_is_no_change_of_access_is_refused(people, admin, anonymous):
    """Bad bodies, unknown users, guests' roles."""
    person = people.user()
    path = f"/admin/users/{person.id}"
    refused(admin.rest.patch(path, {}), 422, "validation_failed")
    refused(admin.rest.patch(path, {"role": "guest"}), 422, "validation_failed", "/role")
    refused(admin.rest.patch(path, {"role": "user", "email": "x@example.com"}), 422, "validation_failed", "/email")
    refused(admin.rest.patch(path, {"disabled": "yes"}), 422, "validation_failed", "/disabled")
    refused(admin.rest.patch("/admin/users/99999999", {"disabled": True}), 404, "not_found")
    guest = expect(anonymous.post("/auth/guest", {}), 200)["user"]
    refused(admin.rest.patch(f"/admin/users/{guest['id']}", {"role": "admin"}), 409, "conflict")


def test_the_last_admin_stays_also_when_two_go_at_once(tmp_path):
    """Of admins who disable each other, give up the role or delete themselves at the same time, one is always left."""
    server = Server(tmp_path).start()
    try:
        people = People(server)
        last = people.admin()
        for change in ({"disabled": True}, {"role": "user"}):
            refused(last.rest.patch(f"/admin/users/{last.id}", change), 409, "last_admin")
        refused(last.rest.delete("/users/me"), 409, "last_admin")
        expect(last.rest.get("/admin/users"), 200)
        for step in range(8):
            other = people.admin()
            calls = [
                lambda: last.rest.delete("/users/me"),
                lambda: other.rest.delete("/users/me"),
                lambda: last.rest.patch(f"/admin/users/{other.id}", {"disabled": True}),
                lambda: other.rest.patch(f"/admin/users/{last.id}", {"role": "user"}),
            ][step % 2 :: 2] if step < 6 else [lambda: last.rest.delete("/users/me"), lambda: other.rest.delete("/users/me")]
            with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
                for future in [pool.submit(each) for each in calls]:
                    future.result()
            left = rows(server, "SELECT id FROM users WHERE role = 2 AND disabled = 0 AND deleted = 0")
            assert len(left) >= 1, f"step {step}: nobody administers"
            last = people.admin()  # whoever is left, this one goes on
            for (identifier,) in left:
                expect(last.rest.patch(f"/admin/users/{identifier}", {"disabled": True}), 200)
        assert server.stop() == 0
    finally:
        server.discard()


def test_the_audit_log_tells_what_happened_and_nothing_that_was_typed(people, admin, anonymous):
    """Log-ins, refusals, log-outs, with numbers and addresses; no password, no made-up name, however it is written."""
    person = people.user()
    typed = "hunter2 reason=none\r\n\x1b[31m"
    refused(anonymous.post("/auth/login", {"login": typed, "password": "some secret word"}), 401)
    refused(anonymous.post("/auth/login", {"login": person.username, "password": "some secret word"}), 401)
    session = person.log_in()
    expect(Rest(anonymous.base, session["access_token"]).post("/auth/logout", {}), 204)
    until(lambda: [each["type"] for each in entries(admin, f"&user={person.id}")].count("authn_login_fail") == 1, 60, "the entry")
    mine = entries(admin, f"&user={person.id}")
    by_type = {each["type"]: each for each in mine}
    assert {"authn_login_fail", "authn_login_success", "authn_token_revoked"} <= set(by_type)
    assert by_type["authn_login_fail"]["detail"] == {"reason": "wrong_password"}
    assert by_type["authn_login_fail"]["actor"] is None
    assert by_type["authn_login_fail"]["subject"] == {"id": person.id, "username": person.username}
    assert by_type["authn_login_success"]["address"] == "127.0.0.1"
    assert by_type["authn_token_revoked"]["detail"] == {"session": session["session_id"], "reason": "logout"}
    stored = str(rows(people.server, "SELECT * FROM audit_entries"))
    assert "hunter2" not in stored and "secret word" not in stored and person.username not in stored
    assert {"reason": "unknown_user"} in [each["detail"] for each in entries(admin, "&type=authn_login_fail")]


def test_refusals_for_want_of_a_right_are_noted_once_a_second(people, admin):
    """authz_fail with the route, not one for each try."""
    person = people.user()
    for _ in range(20):
        refused(person.rest.get("/admin/audit"), 403, "forbidden")
    until(lambda: entries(admin, f"&user={person.id}&type=authz_fail"), 60, "the entry")
    found = entries(admin, f"&user={person.id}&type=authz_fail")
    assert len(found) < 20 and found[-1]["detail"] == {"what": "GET /admin/audit"}


def test_the_audit_log_is_paged_and_filtered_by_time(people, admin):
    """Each entry once, the latest first; bad filters are told."""
    people.user().log_in()
    ids = [each["id"] for page in all_pages(admin.rest, "/admin/audit", 7) for each in page]
    assert len(ids) == len(set(ids)) and ids
    newest = entries(admin)[0]
    later = newest["created_at"].replace("20", "30", 1)
    assert entries(admin, f"&from={later}") == []
    assert newest["id"] in [each["id"] for each in entries(admin, f"&from={newest['created_at']}")]
    refused(admin.rest.get("/admin/audit?from=yesterday"), 422, "validation_failed", "/from")
    refused(admin.rest.get("/admin/audit?user=me"), 422, "validation_failed")
    refused(admin.rest.get(f"/admin/audit?type={'x' * 65}"), 422, "validation_failed", "/type")


def test_an_evicted_session_learns_why(people, anonymous):
    """The oldest of eleven: its refresh and its access token name the reason."""
    person = people.user()
    first = person.log_in()
    for _ in range(11):
        person.log_in()
    for answer, code in (
        (anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), "invalid_refresh_token"),
        (Rest(anonymous.base, first["access_token"]).get("/users/me"), "unauthorized"),
    ):
        over = refused(answer, 401, code)
        assert [error["code"] for error in over["errors"]] == ["evicted"]


def test_a_lock_is_told_of_once(tmp_path):
    """One entry and one event for a lock, however many log-ins it refuses."""
    server = Server(tmp_path, "--max-attempts-enter", "2").start()
    try:
        people = People(server)
        admin, person = people.admin(), people.user()
        for _ in range(5):
            refused(Rest(server.url).post("/auth/login", {"login": person.username, "password": "wrong"}), 401)
        until(lambda: account(admin, person)["locked_until"], 60, "the lock")
        reasons = [each["type"] for each in entries(admin, f"&user={person.id}")]
        assert reasons.count("authn_login_lock") == 1 and reasons.count("authn_login_fail") == 2
        assert server.stop() == 0
    finally:
        server.discard()
