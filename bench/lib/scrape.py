"""Follows a figure of /metrics."""

import http.client
import re
import time

from servers import Failed


class Scraper:
    """Reads one figure again and again, over one connection."""

    def __init__(self, port, name):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.pattern = re.compile(rf"^{name} (\S+)$".encode(), re.MULTILINE)
        self.name = name

    def read(self):
        """The figure, and the middle of the time in which it was read."""
        before = time.monotonic()
        self.connection.request("GET", "/metrics")
        text = self.connection.getresponse().read()
        found = self.pattern.search(text)
        if not found:
            raise Failed(f"/metrics has no {self.name}")
        return float(found[1]), (before + time.monotonic()) / 2

    def close(self):
        self.connection.close()


def time_rise(scraper, count, within, pause=0.005):
    """How much a counter rose until it reached `count`, and in how many seconds from the last look before it rose."""
    value, begun = scraper.read()
    first, deadline = value, begun + within
    while value < count:
        time.sleep(pause)
        value, now = scraper.read()
        if value == first:
            begun = now
        if now > deadline:
            raise Failed(f"{scraper.name} is {value:.0f} of {count} after {within} s")
    return value - first, now - begun
