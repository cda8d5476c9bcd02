"""docker/compose.yaml as docker-compose understands it: what it needs, how it is gated, what can be reached."""

import json
import re
import subprocess
import sys
import urllib.parse

import pytest

from support import FOLDER, PROGRAMS, SECRETS, TOP, compose, option_names, variables_of

sys.path.insert(0, str(TOP / "scripts"))
from backing import VARIABLES, kafka, postgres  # noqa: E402

SERVERS = {"postgres", "redis", "kafka", "mail", "jaeger"}


@pytest.fixture(scope="module", name="services")
def services_fixture(tmp_path_factory):
    """The services, with the variables of .env.example and secrets filled in."""
    file = tmp_path_factory.mktemp("docker") / ".env"
    lines = (FOLDER / ".env.example").read_text().splitlines()
    file.write_text("".join(f"{line}{SECRETS.get(line.removesuffix('='), '')}\n" for line in lines))
    code, found, complaint = compose(file)
    assert code == 0, complaint
    return found["services"]


def test_it_is_understood(services):
    assert set(services) == SERVERS | {"callboard"}


def test_without_secrets_it_refuses_and_says_where_they_belong(tmp_path):
    for missing in SECRETS.keys() - {"GRAFANA_PASSWORD"}:
        file = tmp_path / missing
        file.write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items() if name != missing))
        code, _, complaint = compose(file)
        assert code != 0 and "docker/.env" in complaint


def test_the_example_has_every_variable_with_its_default_and_no_secret():
    text = (FOLDER / "compose.yaml").read_text() + (FOLDER / "compose.monitoring.yaml").read_text()
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", text))
    example = variables_of(FOLDER / ".env.example")
    assert used == set(example) - {"COMPOSE_PROJECT_NAME"}
    for name, default in re.findall(r"\$\{([A-Z0-9_]+):-([^}]*)\}", text):
        assert example[name] == default, name
    assert all(example[name] == "" for name in SECRETS)


def test_the_files_with_secrets_are_ignored_by_git():
    ignored = subprocess.run(["git", "check-ignore", ".env", "docker/.env"], cwd=TOP, capture_output=True, text=True, check=True)
    assert ignored.stdout.split() == [".env", "docker/.env"]


def test_callboard_waits_until_every_server_answers(services):
    assert services["callboard"]["depends_on"] == {name: {"condition": "service_healthy"} for name in SERVERS}
    for name in SERVERS:
        check = services[name]["healthcheck"]
        assert check["test"][0] == "CMD" and check["retries"] >= 10 and check["interval"] and check["timeout"], name


def test_images_are_pinned_and_of_the_versions_that_are_tested(services):
    for name in SERVERS:
        assert re.fullmatch(r"[a-z/-]+:v?\d[\w.-]*", services[name]["image"]), name
    version = re.search(r"<artifactId>kafka_2.13</artifactId>\s*<version>(.*)</version>", (TOP / "scripts/backing/pom.xml").read_text())
    assert services["kafka"]["image"] == f"apache/kafka:{version.group(1)}"
    assert services["postgres"]["image"].startswith(f"postgres:{postgres.VERSION}-")
    assert (TOP / "docker" / services["callboard"]["build"]["context"]).resolve() == TOP
    assert (TOP / services["callboard"]["build"]["dockerfile"]).is_file()


def test_what_can_be_reached_is_on_loopback_unless_told_otherwise(services):
    published = {name: [str(port) for port in service["ports"]] for name, service in services.items() if "ports" in service}
    assert {name: len(ports) for name, ports in published.items()} == {"callboard": 1, "mail": 1, "jaeger": 1}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    dockerfile = (FOLDER / "Dockerfile").read_text()
    assert published["callboard"][0].split("/")[0].endswith(":" + re.search(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE).group(1))


def test_callboard_may_do_nothing_that_it_need_not(services):
    callboard = services["callboard"]
    assert callboard["read_only"] and callboard["cap_drop"] == ["ALL"] and "no-new-privileges:true" in callboard["security_opt"]
    assert [str(volume).split(":")[1] for volume in callboard["volumes"]] == ["/var/lib/callboard"]


def test_its_addresses_are_those_of_the_services(services):
    given = services["callboard"]["environment"]
    assert set(VARIABLES.values()) <= set(given)
    for variable in VARIABLES.values():
        address = given[variable] if "//" in given[variable] else f"//{given[variable]}"
        assert urllib.parse.urlsplit(address).hostname in SERVERS, variable
    assert SECRETS["POSTGRES_PASSWORD"] in given["CALLBOARD_DATABASE_URL"]
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"] == SECRETS["POSTGRES_PASSWORD"]


def test_spans_go_to_jaeger(services):
    address = urllib.parse.urlsplit(services["callboard"]["environment"]["CALLBOARD_TRACE_ENDPOINT"])
    assert (address.hostname, address.port) == ("jaeger", 4318)  # the port of OTLP over HTTP
    assert services["jaeger"]["environment"]["COLLECTOR_OTLP_ENABLED"] == "true"


def test_callboard_knows_every_variable_it_is_given(services):
    given = services["callboard"]["environment"]
    assert set(given) <= option_names()
    done = subprocess.run([PROGRAMS / "callboard", "config", "check"], env=given, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_kafka_is_set_up_like_the_one_of_the_tests(services):
    given = services["kafka"]["environment"]
    tested = dict(line.split("=", 1) for line in kafka.CONFIGURATION.splitlines())
    of_the_image = {"KAFKA_HEAP_OPTS"}
    for variable, value in given.items():
        name = variable.removeprefix("KAFKA_").lower().replace("_", ".")
        assert variable in of_the_image or name in tested, variable
        if "{" not in tested.get(name, "{"):
            assert str(value) == tested[name], variable


def test_volumes_and_commands_are_where_the_images_expect_them(services):
    kept = {name: [str(volume).split(":")[1] for volume in services[name].get("volumes", [])] for name in SERVERS}
    assert kept == {"postgres": ["/var/lib/postgresql/data"], "redis": [], "kafka": ["/var/lib/kafka/data"], "mail": [], "jaeger": []}
    assert services["kafka"]["environment"]["KAFKA_LOG_DIRS"] == kept["kafka"][0]
    assert json.dumps(services["redis"]["command"]).count("appendonly") == 1
