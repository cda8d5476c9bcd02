"""How long a scrape of /metrics takes while many clients are connected (SCRAPE)."""

import contextlib
import http.client
import subprocess
import time

from passwords import quantile
from scrape import Scraper
from servers import Failed

CONNECTIONS = 10_000
QUICK_CONNECTIONS = 500
SCRAPES = 50
CONNECTED_WITHIN = 60.0


@contextlib.contextmanager
def connected(server, connections):
    """Clients that are connected and subscribed, and say nothing more."""
    command = [server.program.parent / "callboard-load", "idle", "--connections", connections, "--seconds", 600,
               *server.load_options()]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as clients:
        try:
            scraper = Scraper(server.port, "callboard_subscriptions")
            with contextlib.closing(scraper):
                deadline = time.monotonic() + CONNECTED_WITHIN
                while scraper.read()[0] < connections:
                    if clients.poll() is not None:
                        raise Failed(f"callboard-load ended with {clients.returncode}: {clients.stderr.read()[-400:]!r}")
                    if time.monotonic() > deadline:
                        raise Failed(f"{connections} clients were not connected in {CONNECTED_WITHIN} s")
                    time.sleep(0.1)
            yield
        finally:
            clients.terminate()


def time_scrapes(port, count):
    """The sorted seconds of `count` scrapes, one after the other over one connection, as Prometheus does it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        taken, size = [], 0
        for _ in range(count):
            begun = time.perf_counter()
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            size = len(answer.read())
            taken.append(time.perf_counter() - begun)
            if answer.status != 200:
                raise Failed(f"/metrics answered {answer.status}")
            time.sleep(0.05)
    return sorted(taken), size


def measure_scrapes(server, quick=False):
    """Milliseconds of a scrape, with and without clients. `server` is not started."""
    connections = QUICK_CONNECTIONS if quick else CONNECTIONS
    with server:
        alone, _ = time_scrapes(server.port, SCRAPES)
        with connected(server, connections):
            taken, size = time_scrapes(server.port, SCRAPES)
    return {"scrape_max_ms": 1000 * taken[-1], "scrape_p50_ms": 1000 * quantile(taken, 0.5),
            "alone_p50_ms": 1000 * quantile(alone, 0.5), "alone_max_ms": 1000 * alone[-1], "scrape_kib": size / 1024}
