"""The alert rules by Prometheus' own tool: each fires on what it is for, and is silent on what is near."""

import json
import pathlib
import re
import subprocess

import pytest
import yaml

TOP = pathlib.Path(__file__).resolve().parents[2]
RULES = TOP / "docker/prometheus/alerts.yml"
LATE = 'callboard_reminder_lateness_seconds_bucket{instance="a", le="%s"}'

# By alert: the labels that it must have, series on which it fires after an hour, and series on which it must not.
# promtool's notation: `0+5x240` begins with 0 and adds 5 at each of 240 steps of 15 s.
CASES = {
    "CallboardDown": (
        {"job": "callboard", "instance": "a"},
        {'up{job="callboard", instance="a"}': "1x200 0x40"},
        {'up{job="callboard", instance="a"}': "0x100 1x140", 'up{job="other", instance="b"}': "0x240"},
    ),
    "CallboardDependencyDown": (
        {"instance": "a", "dependency": "kafka"},
        {'callboard_dependency_up{instance="a", dependency="kafka"}': "0x240"},
        {'callboard_dependency_up{instance="a", dependency="kafka"}': "0x230 1x10"},
    ),
    "CallboardErrors": (
        {"instance": "a"},
        {'http_requests_total{instance="a", status="503"}': "0+2x240", 'http_requests_total{instance="a", status="200"}': "0+100x240"},
        {'http_requests_total{instance="a", status="500"}': "0+1x240", 'http_requests_total{instance="a", status="404"}': "0+150x240"},
    ),
    "CallboardOutboxOld": (
        {"instance": "a"},
        {'callboard_outbox_oldest_age_seconds{instance="a"}': "0+1x240"},
        {'callboard_outbox_oldest_age_seconds{instance="a"}': "59x240"},
    ),
    "CallboardOutboxFull": (
        {"instance": "a"},
        {'callboard_outbox_refusals_total{instance="a"}': "0x230 1+1x10"},
        {'callboard_outbox_refusals_total{instance="a"}': "0+1x100 100x140"},
    ),
    "CallboardEventsDead": (
        {"instance": "a"},
        {'callboard_events_dead_total{instance="a"}': "0x220 1x20"},
        {'callboard_events_dead_total{instance="a"}': "0x20 1x220"},
    ),
    "CallboardRemindersLate": (
        {"instance": "a"},
        {LATE % "4.096": "0+90x240", LATE % "8.192": "0+100x240", LATE % "+Inf": "0+100x240"},
        {LATE % "4.096": "0+1000x240", LATE % "8.192": "0+1001x240", LATE % "+Inf": "0+1001x240"},
    ),
    "CallboardSlowClients": (
        {"instance": "a"},
        {'callboard_slow_clients_closed_total{instance="a"}': "0+30x240"},
        {'callboard_slow_clients_closed_total{instance="a"}': "0+14x240"},
    ),
    "CallboardHasherSaturated": (
        {"instance": "a"},
        {'callboard_hasher_refused_total{instance="a", reason="full"}': "0+1x240"},
        {'callboard_hasher_refused_total{instance="a", reason="full"}': "0x239 1"},
    ),
    "CallboardMailboxDeep": (
        {"instance": "a", "actor": "room"},
        {'callboard_mailbox_depth{instance="a", actor="room"}': "20000x240"},
        {'callboard_mailbox_depth{instance="a", actor="room"}': "20000x235 0x5"},
    ),
    "CallboardLogInsFail": (
        {"instance": "a"},
        {'auth_logins_failed_total{instance="a", reason="invalid_credentials"}': "0+60x240",
         'auth_logins_success_total{instance="a"}': "0+15x240"},
        {'auth_logins_failed_total{instance="a", reason="invalid_credentials"}': "0+60x240",
         'auth_logins_success_total{instance="a"}': "0+30x240"},
    ),
    "CallboardSigningKeysFail": (
        {"instance": "a"},
        {'callboard_signing_key_failures_total{instance="a"}': "0+1x240"},
        {'callboard_signing_key_failures_total{instance="a"}': "0x230 1x10"},
    ),
    "CallboardPartitionsLost": (
        {"instance": "a", "direction": "lost"},
        {'callboard_handovers_total{instance="a", direction="lost"}': "0x230 64x10"},
        {'callboard_handovers_total{instance="a", direction="taken"}': "0x230 64x10"},
    ),
    "CallboardDiskNearlyFull": (
        {"instance": "a"},
        {'callboard_disk_free_bytes{instance="a"}': "9x240", 'callboard_disk_size_bytes{instance="a"}': "100x240"},
        {'callboard_disk_free_bytes{instance="a"}': "11x240", 'callboard_disk_size_bytes{instance="a"}': "100x240"},
    ),
    "CallboardDescriptorsShort": (
        {"instance": "a", "job": "callboard"},
        {'process_open_fds{instance="a", job="callboard"}': "900x240", 'process_max_fds{instance="a", job="callboard"}': "1000x240"},
        {'process_open_fds{instance="a", job="callboard"}': "700x240", 'process_max_fds{instance="a", job="callboard"}': "1000x240"},
    ),
}


def rules():
    """The rules of the file."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def promtool(*words):
    return subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, timeout=60, check=False)


def test_the_rules_are_well_formed():
    done = promtool("check", "rules", RULES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"SUCCESS: {len(rules())} rules found" in done.stdout


def test_every_rule_has_a_case_and_says_what_to_do():
    assert sorted(CASES) == sorted(rule["alert"] for rule in rules())
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]


@pytest.mark.parametrize("fires", [True, False], ids=["fires", "is silent"])
@pytest.mark.parametrize("alert", sorted(CASES))
def test_alert(alert, fires, tmp_path):
    """Without annotations, whose texts are nobody's to compare."""
    (rule,) = (dict(each) for each in rules() if each["alert"] == alert)
    del rule["annotations"]
    (tmp_path / "rule.yml").write_text(json.dumps({"groups": [{"name": "one", "rules": [rule]}]}))
    labels, firing, silent = CASES[alert]
    expected = [{"exp_labels": {**labels, **rule["labels"]}}] if fires else []
    series = firing if fires else silent
    (tmp_path / "test.yml").write_text(json.dumps({
        "rule_files": ["rule.yml"],
        "evaluation_interval": "15s",
        "tests": [{
            "interval": "15s",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [{"eval_time": "59m30s", "alertname": alert, "exp_alerts": expected}],
        }],
    }))
    done = promtool("test", "rules", tmp_path / "test.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_use_only_metrics_that_are_documented():
    known = set(re.findall(r"^\| `([a-z_:]+)`", (TOP / "docs/operations.md").read_text(), re.MULTILINE))
    for rule in rules():
        for name in re.findall(r"\b(?:callboard|auth|http|process)_\w+", rule["expr"]):
            assert re.sub(r"_(bucket|sum|count)$", "", name) in known, f"{rule['alert']}: {name}"
