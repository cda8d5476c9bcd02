"""From where administration is there: `--admin-networks`, by the client's address behind trusted proxies."""

import pytest

from support.people import People
from support.rest import expect, refused
from support.server import Server, run

ROUTES = (("get", "/admin/users"), ("get", "/admin/audit"), ("get", "/admin/mail"), ("get", "/admin/analytics"),
          ("patch", "/admin/users/1"), ("delete", "/admin/users/1"), ("post", "/admin/audit"))


@pytest.fixture(name="place", scope="module")
def fixture_place(tmp_path_factory):
    """A server behind a proxy, which says where its clients come from; and an admin."""
    server = Server(tmp_path_factory.mktemp("behind"), "--trusted-proxies", "127.0.0.0/8", "--admin-networks", "10.8.0.0/16").start()
    yield server, People(server).admin()
    assert server.stop() == 0
    server.discard()


def asked(person, method, path, source):
    """The answer to somebody whom the proxy saw at an address."""
    body = {"disabled": False} if method in ("patch", "post") else None
    return person.rest.call(method.upper(), path, body, {"X-Forwarded-For": source} if source else None)


def test_administration_is_not_there_from_elsewhere(place):
    """As a path that nobody ever had, with every method, whoever asks and whatever else they claim."""
    server, admin = place
    guest = People(server, "g").user()
    for source in ("10.9.0.1", "203.0.113.5", "2001:db8::1", "10.8.0.1, 203.0.113.5"):
        absent = asked(admin, "get", "/admin/none", source)
        for method, path in ROUTES:
            for person in (admin, guest):
                answer = asked(person, method, path, source)
                over = refused(answer, 404, "not_found")
                assert {**over, "request_id": ""} == {**absent.json(), "request_id": ""}, (method, path, source)
                assert "Allow" not in answer.headers
        refused(asked(admin, "get", "/metrics", source), 403, "forbidden")
        expect(asked(admin, "get", "/users/me", source), 200)


def test_administration_is_there_for_the_networks_that_are_named(place):
    """And from loopback; the rest is as ever: others are forbidden, absent methods refused."""
    server, admin = place
    user = People(server, "u").user()
    for source in ("10.8.255.1", "203.0.113.5, 10.8.0.1", "127.0.0.1", ""):
        expect(asked(admin, "get", "/admin/users", source), 200)
        expect(asked(admin, "get", "/admin/audit", source), 200)
        refused(asked(user, "get", "/admin/users", source), 403, "forbidden")
        refused(asked(admin, "delete", "/admin/users/1", source), 405)
        assert asked(admin, "get", "/metrics", source).status_code == 200


def test_a_network_that_is_none_is_told(tmp_path):
    """Before anything listens."""
    server = Server(tmp_path, "--admin-networks", "10.0.0.0/99")
    server.spawn()
    assert server.wait() == 2 and "10.0.0.0/99" in server.last_output()
    assert run("serve", "--help").stdout.count("/admin/... is there") == 1
