"""docker/compose.monitoring.yaml over compose.yaml: who may read the figures, and that the files are where they are looked for."""

import ipaddress
import re

import pytest
import yaml

from support import FOLDER, SECRETS, compose


@pytest.fixture(scope="module", name="composed")
def composed_fixture(tmp_path_factory):
    """Both files together, with secrets filled in."""
    file = tmp_path_factory.mktemp("docker") / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items()))
    code, found, complaint = compose(file, "compose.monitoring.yaml")
    assert code == 0, complaint
    return found


def test_grafana_has_no_password_of_its_own(tmp_path):
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items() if name != "GRAFANA_PASSWORD"))
    code, _, complaint = compose(file, "compose.monitoring.yaml")
    assert code != 0 and "docker/.env" in complaint


def test_images_are_pinned_and_pages_are_on_loopback(composed):
    for name in ("prometheus", "grafana"):
        service = composed["services"][name]
        assert re.fullmatch(r"[a-z/]+:v?\d[\w.-]*", service["image"]), name
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))
        assert service["healthcheck"]["retries"] >= 10


def test_only_the_network_of_the_two_may_read_the_figures(composed):
    """The subnet is that of a network through which nothing from outside comes."""
    network = composed["networks"]["monitoring"]
    assert network["internal"]
    (subnet,) = (each["subnet"] for each in network["ipam"]["config"])
    allowed = composed["services"]["callboard"]["environment"]["CALLBOARD_ADMIN_NETWORKS"].split(",")
    assert subnet in allowed
    assert all(ipaddress.ip_network(each).is_loopback for each in allowed if each != subnet)
    for name, service in composed["services"].items():
        networks = set(service.get("networks") or {"default"})
        assert ("monitoring" in networks) == (name in ("callboard", "prometheus", "grafana")), name


def test_the_target_is_callboard(composed):
    scraped = yaml.safe_load((FOLDER / "prometheus/prometheus.yml").read_text())
    assert scraped["rule_files"] == ["alerts.yml"] and (FOLDER / "prometheus/alerts.yml").is_file()
    (job,) = scraped["scrape_configs"]
    assert job["job_name"] == "callboard" and job["static_configs"] == [{"targets": ["callboard:8080"]}]


def test_grafana_finds_prometheus_and_the_dashboards(composed):
    mounted = {str(volume).split(":")[1] for volume in composed["services"]["grafana"]["volumes"]}
    provisioning = FOLDER / "grafana/provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090" and "prometheus" in composed["services"]
    (provider,) = yaml.safe_load((provisioning / "dashboards/callboard.yml").read_text())["providers"]
    assert provider["options"]["path"] in mounted
    home = composed["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home.startswith(provider["options"]["path"]) and (FOLDER / "grafana/dashboards" / home.split("/")[-1]).is_file()
    for path in (FOLDER / "grafana/dashboards").glob("*.json"):
        assert f'"uid": "{source["uid"]}"' in path.read_text(), path.name
