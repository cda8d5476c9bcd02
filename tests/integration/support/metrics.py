"""Figures of a server, as Prometheus reads them."""

import re


def figure(rest, series):
    """The value of one series of /metrics, named with its labels."""
    text = rest.get("/metrics").text
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    assert found, f"{series} is not among the metrics"
    return float(found.group(1))
