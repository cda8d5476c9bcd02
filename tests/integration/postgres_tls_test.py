"""TLS to PostgreSQL, as the URL asks for it: the right authority and name are believed, everything else ends the start."""

import os
import urllib.parse

import pytest

from support.certificates import Authority
from support.database import psql
from support.people import People
from support.server import run
from support.services import service_of_its_own

STORE_REFUSED = 3  # exit code


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Who vouches for the server; in a folder whose name must be quoted in a URL."""
    return Authority(tmp_path_factory.mktemp("certificates") / "an authority & co")


@pytest.fixture(scope="module")
def postgres(authority):
    """A PostgreSQL that speaks TLS, and speaks with nobody without it."""
    with service_of_its_own("postgres") as service:
        service.start()
        for source, target in zip(authority.issue("database"), ("server.crt", "server.key")):
            file = service.data / target
            file.write_bytes(source.read_bytes())
            file.chmod(0o600)  # else it takes no key
            if service.user():
                os.chown(file, service.user()["user"], service.user()["group"])
        (service.data / "pg_hba.conf").write_text("hostssl all all all scram-sha-256\n")
        superuser = service.address().replace("//callboard:", "//postgres:").rsplit("/", 1)[0] + "/postgres"
        psql(superuser, "ALTER SYSTEM SET ssl = on")
        psql(superuser, "SELECT pg_reload_conf()")
        yield service


def with_options(postgres, host=None, password=None, **options):
    """The database's URL with options of libpq, and with another host or password."""
    parts = urllib.parse.urlsplit(postgres.address())
    netloc = f"{parts.username}:{password or parts.password}@{host or parts.hostname}:{parts.port}"
    query = urllib.parse.urlencode(options, quote_via=urllib.parse.quote)
    return parts._replace(netloc=netloc, query=query).geturl()


def verified(postgres, authority, **more):
    """A URL that believes an authority alone."""
    return with_options(postgres, sslmode="verify-full", sslrootcert=str(authority.certificate), **more)


def test_a_server_that_the_named_authority_vouches_for_is_used_and_all_is_encrypted(own_server, postgres, authority):
    url = verified(postgres, authority)
    server = own_server(env={"CALLBOARD_DATABASE_URL": url})
    one, other = People(server).users(2)  # by command lines, which go the same way
    room = one.room("hall", [other])["id"]
    one.say(room, "hello")
    assert [each["text"] for each in other.events(room)["items"] if each["type"] == "message"] == ["hello"]
    encrypted = psql(url, "SELECT count(*), bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                         "WHERE application_name LIKE 'callboard %'")  # fmt: skip
    count, all_of_them = encrypted.split("|")
    assert int(count) >= 3 and all_of_them == "t", encrypted
    assert server.stop() == 0
    assert urllib.parse.urlsplit(url).password not in server.all_output()


@pytest.fixture(scope="module")
def urls(postgres, authority, tmp_path_factory):
    """URLs of a database that must not be used, and what is said of each."""
    folder = tmp_path_factory.mktemp("others")
    stranger = Authority(folder / "stranger")
    return {
        "another authority": (verified(postgres, stranger), "certificate verify failed"),
        "another name": (verified(postgres, authority, host="database.example", hostaddr="127.0.0.1"),
                         'does not match host name "database.example"'),
        "no authority": (with_options(postgres, sslmode="verify-full", sslrootcert=str(folder / "none.pem")), "none.pem"),
        "no encryption": (with_options(postgres, sslmode="disable"), "no encryption"),
        "another password": (verified(postgres, authority, password="not-the-password"), "password authentication failed"),
        "an unknown mode": (with_options(postgres, sslmode="sometimes"), "sslmode"),
        "an unknown option": (with_options(postgres, sslsometimes="yes"), "sslsometimes"),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["another authority", "another name", "no authority", "no encryption", "another password",
                                  "an unknown mode", "an unknown option"])  # fmt: skip
def test_any_other_ends_the_start_with_a_sentence_that_holds_no_password(postgres, urls, what, tmp_path):
    url, complaint = urls[what]
    for command in (["serve", "--listen", "127.0.0.1:0"], ["migrate"]):
        done = run(*command, "--data-dir", tmp_path / "data", env={"CALLBOARD_DATABASE_URL": url}, cwd=tmp_path)
        said = done.stdout + done.stderr
        assert done.returncode == STORE_REFUSED, said
        assert complaint in said and len(said.splitlines()) == 1, said
        for secret in (urllib.parse.urlsplit(postgres.address()).password, "not-the-password"):
            assert secret not in said
