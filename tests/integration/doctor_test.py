"""`callboard doctor`: what is well, what is not, and what to do, with servers that are there, away or frozen."""

import contextlib
import os
import re
import resource
import socket
import sqlite3
import subprocess

import pytest

from support.certificates import Authority
from support.database import Database
from support.doctor import until_well
from support.people import People
from support.redis_server import Redis
from support.server import binary, clean_environment, run
from support.waiting import until

LINE = re.compile(r"(ok|warning|error) +(.+?)(?: {2,}|(?<=data directory) )(.*)\.")
AWAY = "127.0.0.1:1"


class Report:
    """What it printed: findings as (verdict, about, sentence), and what is to be done."""

    def __init__(self, done):
        self.code = done.returncode
        self.text = done.stdout + done.stderr
        lines = done.stdout.splitlines()
        matched = [LINE.fullmatch(line) for line in lines if not line.strip().startswith("To do: ")]
        assert matched and all(matched), self.text
        self.findings = [each.groups() for each in matched]
        self.advice = [line.strip().removeprefix("To do: ") for line in lines if line.strip().startswith("To do: ")]
        assert len(self.advice) == sum(verdict != "ok" for verdict, _, _ in self.findings), self.text
        assert self.code == (1 if any(verdict == "error" for verdict, _, _ in self.findings) else 0), self.text

    def of(self, about):
        """The one finding about something, as (verdict, sentence)."""
        (found,) = [(verdict, says) for verdict, what, says in self.findings if what == about]
        return found

    def all_of(self, about):
        """All findings about something."""
        return [(verdict, says) for verdict, what, says in self.findings if what == about]


def doctor(data, *flags, **more):
    """Asks it about a data directory."""
    return Report(run("doctor", "--data-dir", data, *flags, **more))


def well(data, *flags):
    """A report without an error."""
    return Report(until_well(data, *flags))


def test_nothing_is_wrong_before_the_first_start_and_nothing_is_made(tmp_path):
    report = doctor(tmp_path / "new" / "data", "--connections", "100")
    assert report.code == 0 and not report.advice
    assert "first start" in report.of("data directory")[1] and "empty" in report.of("store")[1]
    assert {"configuration", "disk", "descriptors", "mail"} <= {about for _, about, _ in report.findings}
    assert list(tmp_path.iterdir()) == []


def test_beside_a_running_server(server):
    report = doctor(server.data_dir, "--connections", "100")
    assert report.code == 0 and not report.advice
    assert re.search(r"SQLite 3\.\d+\.\d+, schema version \d+$", report.of("store")[1])
    assert People(server).user().username


def test_a_configuration_that_is_wrong_is_all_it_speaks_of(tmp_path):
    report = doctor(tmp_path, "--bcrypt-cost", "9", "--kafka-brokers", "nonsense")
    assert [about for _, about, _ in report.findings] == ["configuration", "configuration"]
    assert "--bcrypt-cost" in report.text and "--kafka-brokers" in report.text


def test_an_address_in_the_open_is_a_warning(tmp_path):
    report = doctor(tmp_path, "--listen", "0.0.0.0:8080", "--connections", "100")
    assert report.code == 0 and report.of("configuration")[0] == "warning"


def test_a_data_directory_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert doctor(tmp_path / "file").of("data directory")[0] == "error"


def test_a_secret_that_others_can_read(own_server):
    server = own_server()
    (server.data_dir / "secret").chmod(0o644)
    report = doctor(server.data_dir, "--connections", "100")
    assert report.of("permissions")[0] == "warning" and "chmod" in report.advice[0] and "secret" in report.advice[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="files of another user can be made by root alone")
def test_a_data_directory_of_another_user(tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    os.chown(tmp_path / "data", 12345, 12345)
    verdict, says = doctor(tmp_path / "data", "--connections", "100").of("permissions")
    assert verdict == "warning" and "12345" in says


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
@pytest.mark.parametrize("size, verdict", [("32m", "error"), ("512m", "warning")])
def test_a_disk_that_is_nearly_full(tmp_path, size, verdict):
    (tmp_path / "data").mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", tmp_path / "data"], check=False).returncode != 0:
        pytest.skip("a mount is not allowed")
    try:
        assert doctor(tmp_path / "data", "--connections", "100").of("disk")[0] == verdict
    finally:
        subprocess.run(["umount", tmp_path / "data"], check=True)


def test_more_connections_than_descriptors(tmp_path):
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))

    done = subprocess.run([binary(), "doctor", "--data-dir", tmp_path, "--connections", "1000"], env=clean_environment(), preexec_fn=few,
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    verdict, says = Report(done).of("descriptors")
    assert verdict == "warning" and "1024" in says and "1256" in says


@pytest.mark.parametrize("days, verdict", [(30, "ok"), (5, "warning"), (-1, "error")])
def test_a_certificate_by_its_days(tmp_path, days, verdict):
    certificate, key = Authority(tmp_path / "authority").issue("server", days)
    report = doctor(tmp_path, "--tls-cert", certificate, "--tls-key", key, "--connections", "100")
    assert report.of("certificate")[0] == verdict


def test_a_key_of_another_certificate(tmp_path):
    authority = Authority(tmp_path / "authority")
    certificate, _ = authority.issue("one")
    _, key = authority.issue("another")
    verdict, says = doctor(tmp_path, "--tls-cert", certificate, "--tls-key", key).of("certificate")
    assert verdict == "error" and "does not belong" in says


@pytest.mark.parametrize("damage, word", [("text", "no database"), ("newer", "later version"), ("foreign", "another program")])
def test_a_store_that_would_not_open(own_server, damage, word):
    server = own_server()
    assert server.stop() == 0
    file = server.database()
    if damage == "text":
        file.write_text("no database" * 100)
    else:
        statement = {"newer": "INSERT INTO schema_versions VALUES (9999, 'x', 0)", "foreign": "PRAGMA application_id = 1"}[damage]
        with contextlib.closing(sqlite3.connect(file)) as store, store:
            store.execute(statement)
    verdict, says = doctor(server.data_dir).of("store")
    assert verdict == "error" and word in says


@pytest.mark.parametrize("flag, value, about", [
    ("--redis-url", f"redis://{AWAY}", "redis"),
    ("--kafka-brokers", AWAY, "kafka"),
    ("--smtp-url", f"smtp://{AWAY}", "mail"),
    ("--database-url", f"postgresql://somebody:hidden-word@{AWAY}/x", "store"),
])  # fmt: skip
def test_a_server_that_is_away(tmp_path, flag, value, about):
    report = doctor(tmp_path, flag, value)
    assert report.of(about)[0] == "error" and flag in report.advice[-1] + "".join(report.advice)
    assert "hidden-word" not in report.text


@pytest.mark.parametrize("flag, scheme, about", [
    ("--redis-url", "redis://", "redis"),
    ("--kafka-brokers", "", "kafka"),
    ("--smtp-url", "smtp://", "mail"),
    ("--database-url", "postgresql://", "store"),
])  # fmt: skip
def test_a_server_that_takes_connections_and_never_answers(tmp_path, flag, scheme, about):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        report = doctor(tmp_path, flag, f"{scheme}127.0.0.1:{silent.getsockname()[1]}")
    assert report.of(about)[0] == "error"


def test_redis_as_it_should_be_and_as_it_should_not(tmp_path):
    redis = Redis().start()
    try:
        flags = ("--redis-url", redis.url, "--connections", "100")
        verdict, says = well(tmp_path, *flags).of("redis")
        assert verdict == "ok" and re.search(r"Redis \d+\.\d+", says)
        redis.run("CONFIG", "SET", "maxmemory", "100mb")
        redis.run("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        assert [each[0] for each in well(tmp_path, *flags).all_of("redis")] == ["ok", "warning"]
        redis.run("CONFIG", "SET", "requirepass", "something")
        verdict, says = doctor(tmp_path, *flags).of("redis")
        assert verdict == "error" and "NOAUTH" in says
    finally:
        redis.kill()


def test_postgresql_before_and_after_the_first_start(own_server, tmp_path):
    with Database() as database:
        flags = ("--database-url", database.url, "--connections", "100")
        report = well(tmp_path, *flags)
        assert re.search(r"PostgreSQL 15\.\d+.*, empty", report.of("store")[1])
        assert database.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0", "it made something"
        server = own_server(env={"CALLBOARD_DATABASE_URL": database.url})
        report = well(tmp_path, *flags)
        assert re.search(r"schema version \d+$", report.of("store")[1])
        until(lambda: well(tmp_path, *flags).of("clock")[0] == "ok", what="clocks that agree")
        assert server.stop() == 0
        database.ask("INSERT INTO schema_versions VALUES (9999, 'x', 0)")
        verdict, says = doctor(tmp_path, *flags).of("store")
        assert verdict == "error" and "later version" in says


@pytest.mark.parametrize("behind, verdict", [("20s", "warning"), ("2min", "error")])
def test_a_clock_that_is_wrong(tmp_path, behind, verdict):
    """PostgreSQL tells another time than this machine: its function is hidden by one of a schema before its own."""
    with Database() as database:
        database.ask("CREATE SCHEMA wrong")
        database.ask("CREATE FUNCTION wrong.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                     f"$$ SELECT pg_catalog.clock_timestamp() - interval '{behind}' $$")
        report = doctor(tmp_path, "--database-url", f"{database.url}?options=-csearch_path%3Dwrong%2Cpg_catalog")
    found, says = report.of("clock")
    assert found == verdict and "behind" in says
