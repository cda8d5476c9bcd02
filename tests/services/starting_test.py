"""scripts/services starts what is asked for, says where it is, and ends it."""

import concurrent.futures
import os
import re
import subprocess

import pytest

from support import port_of, redis, sql

ADDRESSES = {
    "postgres": r"postgresql://callboard:[0-9a-f]{32}@127\.0\.0\.1:\d+/callboard",
    "redis": r"redis://127\.0\.0\.1:\d+",
    "kafka": r"127\.0\.0\.1:\d+",
    "smtp": r"smtp://127\.0\.0\.1:\d+",
}


def listening(port):
    """The addresses at which something listens on a port, as hexadecimal text."""
    rows = [line.split() for table in ("tcp", "tcp6") for line in open(f"/proc/net/{table}", encoding="ascii").readlines()[1:]]
    return [row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port]


def test_status_has_a_line_for_each_with_its_address(running):
    lines = running.run("status").splitlines()
    assert [line.split()[:2] for line in lines] == [[name, "up"] for name in ADDRESSES]
    for line, pattern in zip(lines, ADDRESSES.values()):
        assert re.fullmatch(pattern, line.split()[2]), line


def test_each_serves_its_clients_and_listens_on_loopback_only(running):
    found = running.status()
    assert sql(found["postgres"][1], "select current_user union all select current_setting('fsync')") == ["callboard", "on"]
    assert redis(found["redis"][1], "PING") == "+PONG"
    listed = subprocess.run(["kcat", "-b", found["kafka"][1], "-L", "-m", "5"], capture_output=True, text=True, check=True).stdout
    assert f"broker 1 at {found['kafka'][1]}" in listed
    for name, (_, address) in found.items():
        assert set(listening(port_of(address))) <= {"0100007F", "0000000000000000FFFF00000100007F"}, name
        assert listening(port_of(address)), name


def test_what_is_up_is_not_started_again(running):
    before = running.run("pid", *ADDRESSES)
    output = running.run("start")
    assert sorted(line.split(":")[0] for line in output.splitlines()) == [f"{name} is up already" for name in sorted(ADDRESSES)]
    assert running.run("pid", *ADDRESSES) == before


def test_the_environment_is_as_callboard_takes_it(running):
    found = dict(line.split("=", 1) for line in running.run("environment").splitlines())
    assert found == {"CALLBOARD_DATABASE_URL": running.address("postgres"), "CALLBOARD_REDIS_URL": running.address("redis"),
                     "CALLBOARD_KAFKA_BROKERS": running.address("kafka"), "CALLBOARD_SMTP_URL": running.address("smtp")}
    found = dict(line.split("=", 1) for line in running.run("environment", "--for-tests", "redis").splitlines())
    assert found["CALLBOARD_TEST_REDIS_URL"] == running.address("redis")
    assert found["CALLBOARD_SERVICES_ROOT"] == str(running.root)


def test_data_and_address_of_postgresql_outlive_a_stop(running):
    address = running.address("postgres")
    sql(address, "create table kept (value int); insert into kept values (4711)")
    assert running.run("stop", "postgres") == "postgres stopped\n"
    assert running.status()["postgres"] == ("down", address)
    running.run("start", "postgres")
    assert running.address("postgres") == address
    assert sql(address, "select value from kept") == ["4711"]


def test_stop_ends_the_named_ones_only_and_what_is_down_stays_down(running):
    assert running.run("stop", "redis", "smtp") == "redis stopped\nsmtp stopped\n"
    assert [state for state, _ in running.status().values()] == ["up", "down", "up", "down"]
    running.run("status", code=3)
    assert running.run("stop", "redis") == "redis was down already\n"


def test_two_checkouts_do_not_meet(running, instance):
    instance.run("start", "redis", "smtp")
    assert instance.address("redis") != running.address("redis")
    assert redis(instance.address("redis"), "SET place here") == "+OK"
    assert redis(running.address("redis"), "GET place") == "$-1"
    instance.run("stop")
    assert all(state == "up" for state, _ in running.status().values())


def test_started_twice_at_once_it_runs_once(instance):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        outputs = list(pool.map(lambda _: instance.run("start", "redis"), range(3)))
    assert sorted("is up already" in each for each in outputs) == [False, True, True]
    assert len(instance.run("pid", "--all", "redis").split()) == 1


def test_nothing_runs_before_the_first_start(instance):
    assert set(instance.status().values()) == {("down", "-")}
    assert instance.run("pid", "kafka", code=3) == ""
    assert instance.run("environment") == ""
    assert instance.run("stop") == "".join(f"{name} was down already\n" for name in ADDRESSES)


def test_wrong_usage_is_refused(instance):
    for words in (["start", "mysql"], ["restart"], ["kill"], ["pid"], []):
        assert instance.call(*words).returncode == 2, words


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as its caller unless that is root")
def test_data_go_elsewhere_when_the_server_cannot_enter_the_checkout(instance):
    instance.root.chmod(0o700)
    instance.run("start", "postgres")
    place = (instance.root / "postgres/data").resolve()
    assert place.is_relative_to("/var/tmp") and os.stat(f"/proc/{instance.pid('postgres')}").st_uid != 0
    assert sql(instance.address("postgres"), "select 1") == ["1"]
    instance.run("reset", "postgres")
    assert not place.parent.exists() and not (instance.root / "postgres").exists()
