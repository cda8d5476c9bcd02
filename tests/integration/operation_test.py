"""What an operator does with a running server: looks at its nodes, changes what it logs, has its log in files."""

import json
import re
import signal

from support.people import People
from support.rest import Rest, expect, refused
from support.server import run
from support.waiting import until


def levels(rest):
    return expect(rest.get("/admin/log-level"), 200)["levels"]


def test_an_admin_sees_the_node(server, people):
    """Its partitions with their epochs, its actors, mailboxes, connections and what it uses."""
    admin = people.admin()
    expect(admin.rest.get(f"/rooms/{admin.room('looked at')['id']}"), 200)
    (node,) = expect(admin.rest.get("/admin/cluster"), 200)["nodes"]
    assert [each["id"] for each in node["partitions"]] == list(range(64))
    assert {each["epoch"] for each in node["partitions"]} == {1}
    assert node["handovers"] == {"taken": 64, "lost": 0}
    assert node["actors"]["rooms"] >= 1 and node["actors"]["users"] >= 0
    assert set(node["mailboxes"]) >= {"log_writer", "room", "session"}
    assert node["connections"]["http"] >= 1
    assert node["dependencies"] == []  # embedded
    assert node["outbox"]["rows"] >= 0 and node["totals"]["messages_committed"] >= 0
    assert 0 < node["process"]["open_descriptors"] < node["process"]["most_descriptors"]
    assert node["process"]["resident_bytes"] > 1_000_000 and 0 <= node["uptime_seconds"] < 3600
    assert node["version"] in run("version").stdout


def test_a_restart_raises_the_epochs(own_server):
    server = own_server()
    server.restart()
    admin = People(server).admin()
    (node,) = expect(admin.rest.get("/admin/cluster"), 200)["nodes"]
    assert {each["epoch"] for each in node["partitions"]} == {2}


def test_levels_are_changed_while_it_runs(own_server):
    """A component's alone, or all; what is below the level is not logged from then on."""
    server = own_server("--log-format", "json")
    admin = People(server).admin()
    assert set(levels(admin.rest)) == {"node", "http", "accounts", "cache", "events"}
    assert set(levels(admin.rest).values()) == {"info"}

    def logged(mark):
        admin.rest.get("/nowhere", headers={"X-Request-Id": mark})
        expect(admin.rest.put("/admin/log-level", {"level": "info", "component": "http"}), 200)
        admin.rest.get("/nowhere", headers={"X-Request-Id": mark + "-end"})
        until(lambda: mark + "-end" in server.all_output(), what="the line after it")
        return f'"request_id":"{mark}"' in server.all_output()

    assert logged("before")
    answer = expect(admin.rest.put("/admin/log-level", {"level": "warning", "component": "http"}), 200)
    assert answer["levels"]["http"] == "warning" and answer["levels"]["node"] == "info"
    assert not logged("above")
    assert logged("again")
    assert set(expect(admin.rest.put("/admin/log-level", {"level": "error"}), 200)["levels"].values()) == {"error"}


def test_levels_are_for_admins_and_by_name(server, people):
    rest = people.admin().rest
    for body, pointer in (({}, "/level"), ({"level": "loud"}, "/level"), ({"level": 1}, "/level"),
                          ({"level": "info", "component": "kitchen"}, "/component"),
                          ({"level": "info", "component": ""}, "/component"),
                          ({"level": "info", "colour": "red"}, "/colour")):
        problem = refused(rest.put("/admin/log-level", body), 422, "validation_failed")
        assert [each["pointer"] for each in problem["errors"]] == [pointer], body
    assert set(levels(rest).values()) == {"info"}
    assert people.user().rest.put("/admin/log-level", {"level": "error"}).status_code == 403
    assert Rest(server.url).get("/admin/log-level").status_code == 401


def test_the_log_is_in_files_by_day(own_server, tmp_path):
    """The folder is made; after a file was moved away, SIGHUP begins a new one and nothing is lost."""
    server = own_server("--log-file", tmp_path / "logs/callboard.log", "--log-format", "json")
    rest = Rest(server.url)

    def files():
        return sorted((tmp_path / "logs").glob("*"))

    def lines(path):
        return [json.loads(line) for line in path.read_text().splitlines()]

    def has(path, mark):
        return lambda: path.exists() and mark in path.read_text()

    rest.get("/nowhere", headers={"X-Request-Id": "first"})
    (file,) = files()
    assert re.fullmatch(r"callboard_\d{4}-\d\d-\d\d\.log", file.name)
    until(has(file, "first"), 60, "the first request")
    old = file.with_name("moved")
    file.rename(old)
    server.signal(signal.SIGHUP)
    until(file.exists, 60, "a new file")
    rest.get("/nowhere", headers={"X-Request-Id": "second"})
    until(has(file, "second"), 60, "the second request")
    assert server.stop() == 0
    assert all(line["level"] and line["component"] and line["time"].endswith("Z") for line in lines(old) + lines(file))
    assert "first" not in file.read_text() and "second" not in old.read_text()
    assert "request_id" not in server.last_output()


def test_a_log_that_cannot_be_opened_is_told_at_the_start(tmp_path):
    (tmp_path / "a file").write_text("")
    done = run("serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data", "--log-file", tmp_path / "a file/x.log")
    assert done.returncode == 2 and "The log cannot be opened" in done.stderr and len(done.stderr.splitlines()) == 1
