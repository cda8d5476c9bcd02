"""Services that die, hang, lose their pid file or their port; processes of others are never touched."""

import json
import os
import signal
import socket
import subprocess

import pytest

from backing import procfs
from support import is_alive, port_of, redis, sql, state_of, wait_until


def test_one_that_dies_is_reported_down_and_comes_back(running):
    address = running.address("postgres")
    sql(address, "create table before_the_crash as select generate_series(1, 1000) as value")
    os.kill(running.pid("postgres"), signal.SIGKILL)
    os.kill(running.pid("redis"), signal.SIGKILL)
    wait_until(lambda: [state for state, _ in running.status().values()] == ["down", "down", "up", "up"])
    running.run("status", code=3)
    running.run("start")
    assert running.address("postgres") == address
    assert sql(address, "select count(*) from before_the_crash") == ["1000"]


def test_kill_reaches_every_process_and_kafka_comes_back(running):
    pids = [int(pid) for pid in running.run("pid", "--all", "postgres", "kafka").split()]
    assert len(pids) > 5, "the postmaster has children"
    address = running.address("kafka")
    running.run("kill", "postgres", "kafka")
    assert not any(is_alive(pid) for pid in pids)
    assert [state for state, _ in running.status().values()] == ["down", "up", "down", "up"]
    running.run("kill", "kafka", code=3)
    running.run("start")
    assert running.status()["kafka"] == ("up", address)


def test_one_that_was_killed_a_moment_ago_keeps_its_port(running):
    """Its threads end one by one, and the last of them gives the port back."""
    address = running.address("kafka")
    for _ in range(3):
        os.kill(running.pid("kafka"), signal.SIGKILL)
        running.run("start", "kafka")
        assert running.address("kafka") == address


def test_a_process_whose_first_thread_ended_still_lives():
    program = ("import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start();"
               "print(flush=True); ctypes.CDLL(None).pthread_exit(None)")
    with subprocess.Popen(["/usr/bin/python3", "-c", program], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        wait_until(lambda: state_of(process.pid) == "Z")
        assert procfs.stat_of(process.pid)
        process.kill()
        wait_until(lambda: not procfs.stat_of(process.pid))


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_one_that_is_paused_does_not_answer_until_it_goes_on(running, name):
    running.run("pause", name)
    assert running.status()[name][0] == "down"
    running.run("resume", name)
    wait_until(lambda: running.status()[name][0] == "up")


def test_one_that_is_paused_can_be_stopped(running):
    pid = running.pid("redis")
    running.run("pause", "redis")
    assert running.run("stop", "redis") == "redis stopped\n"
    assert not is_alive(pid)


@pytest.mark.parametrize("garbage", ["", "4711\n", "{", '{"pid": "x", "started": null, "boot": []}', "[1]", '{"pid": 999999999}'])
def test_a_damaged_pid_file_does_not_hide_a_service(running, garbage):
    pid = running.pid("redis")
    (running.root / "redis/pid").write_text(garbage)
    assert running.pid("redis") == pid and running.status()["redis"][0] == "up"
    assert running.run("start", "redis").startswith("redis is up already")
    running.run("stop", "redis")
    assert not is_alive(pid)


def test_a_pid_file_that_names_the_process_of_somebody_else_does_it_no_harm(instance):
    instance.run("start", "redis")
    note = json.loads((instance.root / "redis/pid").read_text())
    instance.run("stop", "redis")
    with subprocess.Popen(["sleep", "300"]) as other:
        with open(f"/proc/{other.pid}/stat", encoding="utf-8") as file:
            started = int(file.read().rsplit(")", 1)[1].split()[19])
        (instance.root / "redis/pid").write_text(json.dumps({**note, "pid": other.pid, "started": started}))
        assert instance.status()["redis"][0] == "down"
        for command in ("kill", "pause"):
            instance.run(command, "redis", code=3)
        assert instance.run("stop", "redis") == "redis was down already\n"
        assert other.poll() is None and is_alive(other.pid)
        other.kill()


def test_a_port_that_was_taken_meanwhile_is_left_to_whoever_has_it(instance):
    instance.run("start", "redis", "smtp")
    before = {name: port_of(instance.address(name)) for name in ("redis", "smtp")}
    instance.run("stop")
    with socket.create_server(("127.0.0.1", before["redis"])):
        instance.run("start", "redis", "smtp")
        assert port_of(instance.address("redis")) != before["redis"]
        assert port_of(instance.address("smtp")) == before["smtp"]
        assert redis(instance.address("redis"), "PING") == "+PONG"


def test_the_port_of_one_that_is_down_is_not_given_to_outgoing_connections(running):
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first, last = map(int, file.read().split())
    for _, address in running.status().values():
        assert not first <= port_of(address) <= last


def test_one_that_cannot_start_says_why_and_leaves_nothing_running(instance):
    instance.run("start", "postgres")
    instance.run("stop", "postgres")
    (instance.root / "postgres/data/global/pg_control").unlink()
    failed = instance.call("start", "postgres", "redis")
    assert failed.returncode == 1
    assert "postgres ended with code" in failed.stderr and "could not" in failed.stderr
    assert str(instance.root / "postgres/log") in failed.stderr
    assert [state for state, _ in instance.status().values()] == ["down", "up", "down", "down"]
    (instance.root / "postgres/data/PG_VERSION").write_text("14\n")
    assert "reset postgres" in instance.call("start", "postgres").stderr
    instance.run("reset", "postgres")
    assert not (instance.root / "postgres").exists()
