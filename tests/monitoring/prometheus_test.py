"""What a real Prometheus and its tool make of /metrics, the dashboards and the rules."""

import json
import math
import pathlib
import re
import subprocess

import pytest
import requests

from support.rest import Rest
from support.waiting import until

TOP = pathlib.Path(__file__).resolve().parents[2]
DASHBOARDS = sorted((TOP / "docker/grafana/dashboards").glob("*.json"))
# What Grafana puts in their place.
VARIABLES = {"$__rate_interval": "2m", "$instance": ".*"}


def exposed(node):
    """The text that the node shows."""
    answer = requests.get(f"{node.url}/metrics", timeout=60)
    assert answer.status_code == 200
    return answer.text


def test_promtool_finds_nothing_wrong(node, watched):
    done = subprocess.run(["promtool", "check", "metrics"], input=exposed(node), capture_output=True, text=True, timeout=60,
                          check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_metric_is_documented_and_every_documented_one_is_there(node, watched):
    """By name, kind and labels: `docs/operations.md` has the table."""
    text = exposed(node)
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    labels = {name: set() for name in kinds}
    for sample, inside in re.findall(r"^([a-z_]+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
        name = sample if sample in kinds else re.sub(r"_(bucket|sum|count)$", "", sample)
        labels[name] |= set(re.findall(r'([a-z_]+)="', inside)) - {"le"}
    documented = {}
    for name, kind, given in re.findall(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \| ([^|]*) \|",
                                        (TOP / "docs/operations.md").read_text(), re.MULTILINE):
        documented[name] = (kind, set(re.findall(r"`([a-z]+)`", given)))
    assert documented == {name: (kind, labels[name]) for name, kind in kinds.items()}


def test_unknown_paths_are_one_series(watched):
    """However many paths somebody tries."""

    def found():
        """None of a node whose last scrape was too late."""
        return [(each["path"], value) for each, value in watched.ask('http_requests_total{status="404", path!~"/.*"}')]

    until(lambda: found() == [("(none)", 2)], what="the series of all of them")
    assert watched.ask('http_requests_total{path=~".*[0-9]+.*"}') == []


def test_what_was_done_was_counted(watched):
    expected = {
        "auth_logins_failed_total{reason='invalid_credentials'}": 1,
        "auth_registers_failed_total{reason='invalid'}": 1,
        "auth_registers_success_total": 1,
        "callboard_messages_committed_total": 20,
        "callboard_deliveries_total >= 20": None,
        "callboard_reminders_fired_total": 1,
        "callboard_partitions": 64,
        "count(callboard_partition_epoch > 0)": 64,
        "callboard_handovers_total{direction='taken'}": 64,
        "callboard_handovers_total{direction='lost'}": 0,
        "callboard_dependency_requests_total{dependency='smtp', outcome='ok'}": 2,  # a reminder, and the link of a new account
        "callboard_delivery_seconds_count >= 20": None,
        "callboard_connections": 0,
        "http_requests_total{path='/rooms/{id}/messages', method='POST', status='201'}": 20,
        "process_open_fds > 10 < process_max_fds": None,
        "time() - process_start_time_seconds > 0 < 3600": None,
        "callboard_disk_free_bytes < callboard_disk_size_bytes": None,
    }
    for expression, value in expected.items():

        def is_counted(expression=expression, value=value):
            """What was counted stays; only after a scrape that was too late there is nothing for a moment."""
            found = watched.ask(expression)
            return found and value in (None, found[0][1])

        until(is_counted, what=f"{expression} to be {value}", every=0.2)


def test_every_system_outside_is_reached(watched):
    services = {"postgres", "redis", "kafka", "smtp"}

    def those(expression):
        return {labels["dependency"] for labels, _ in watched.ask(expression)}

    until(lambda: those("callboard_dependency_up == 1") == services, what="all to be reached", every=0.2)
    until(lambda: those("callboard_dependency_requests_total{outcome='ok'} > 0") == services, what="all to be asked", every=0.2)


def test_the_rules_are_loaded_and_silent(watched):
    rules = [rule for group in watched.get("rules")["groups"] for rule in group["rules"]]
    assert rules and all(rule["health"] == "ok" for rule in rules), rules
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []


def queries():
    """(dashboard, panel, expression) of all."""
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield path.stem, panel["title"], target["expr"]


@pytest.mark.parametrize(("dashboard", "panel", "expression"), list(queries()))
def test_every_query_of_a_dashboard_returns_data(watched, dashboard, panel, expression):
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression

    def figures():
        return [value for _, value in watched.ask(expression) if not math.isnan(value)]

    # Some levels are told by a look every few seconds.
    until(figures, 60, f"{dashboard}, {panel}: {expression}", 0.5)


def test_the_dashboards_are_those_of_the_tables():
    done = subprocess.run([TOP / "scripts/make-dashboards", "--check"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_a_dead_dependency_is_told(node, watched):
    """And that it is back."""
    def is_up(value):
        return lambda: [found for _, found in watched.ask("callboard_dependency_up{dependency='redis'}")] == [value]

    node.redis.kill()
    try:
        until(is_up(0), 60, "the level to fall")
        answer = Rest(node.url).post("/auth/login", {"login": "nobody", "password": "not the password"})
        assert answer.status_code == 401
    finally:
        node.redis.start()
    until(is_up(1), 60, "the level to rise")
    until(lambda: watched.ask("callboard_dependency_requests_total{dependency='redis', outcome=~'lost|away'} > 0"), 60,
          "requests that were lost")
