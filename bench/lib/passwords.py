"""What a storm of log-ins does: to the hashing of passwords, and to everybody else (F6)."""

import concurrent.futures
import contextlib
import ctypes
import ctypes.util
import http.client
import json
import os
import subprocess
import threading
import time

from scrape import Scraper, time_rise
from servers import Failed, clean_environment

COST = 12  # callboard's default
QUICK_COST = 10
PASSWORD = "violet-harbour-47-lantern"
CLIENTS = 32
SECONDS = 20.0
QUICK_SECONDS = 2.0
OTHERS_EVERY = 0.005
LONGEST_WAIT = 180.0
CRYPT_DATA = 32768 * 2  # libxcrypt's struct crypt_data has 32,768 bytes


def hash_password(salt, password=PASSWORD):
    """What crypt_r of libcrypt makes of a password, by a salt or by a hash that was made before; other threads go on."""
    library = ctypes.CDLL(ctypes.util.find_library("crypt"))
    library.crypt_r.restype = ctypes.c_char_p
    room = ctypes.create_string_buffer(CRYPT_DATA)
    made = library.crypt_r(password.encode(), salt.encode(), room)
    if not made or made.startswith(b"*"):
        raise Failed("libcrypt does not know bcrypt")
    return made.decode()


def salt_of(cost):
    return f"$2b${cost}$abcdefghijklmnopqrstuu"


def hashing_threads():
    """As many as callboard has by default."""
    return max(1, (os.cpu_count() or 1) // 2)


def rate_of_bcrypt(cost, seconds):
    """Hashes a second of libcrypt alone, in as many threads as callboard's, over `seconds` or more."""
    begun = time.monotonic()

    def work():
        done = 0
        while time.monotonic() < begun + seconds:
            hash_password(salt_of(cost))
            done += 1
        return done

    with concurrent.futures.ThreadPoolExecutor(hashing_threads()) as pool:
        done = sum(each.result() for each in [pool.submit(work) for _ in range(hashing_threads())])
    return done / (time.monotonic() - begun)


class Caller:
    """Requests one after the other, on a connection that stays."""

    def __init__(self, port, token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def status(self, method, path, body=None):
        """The status of the answer; the seconds until it was read."""
        begun = time.perf_counter()
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - begun

    def log_in(self, name):
        """Which must not be refused."""
        status, _ = self.status("POST", "/auth/login", {"login": name, "password": PASSWORD})
        if status != 200:
            raise Failed(f"a log-in was answered with {status}")

    def close(self):
        self.connection.close()


def import_people(server, folder, cost, names):
    """Accounts with a password, made beside the running server."""
    known = hash_password(salt_of(cost))
    people = folder / "people.ndjson"
    people.write_text("".join(json.dumps({"username": name, "email": f"{name}@example.com", "password_hash": known}) + "\n"
                              for name in names))
    subprocess.run([server.program, "admin", "import", people, "--data-dir", server.data, *server.flags], check=True,
                   stdout=subprocess.DEVNULL, cwd=folder, env=clean_environment())


def follow_others(port, token, seconds):
    """The seconds that a small request takes, asked at a constant rate: a delay counts from when it was due."""
    taken = []
    with contextlib.closing(Caller(port, token)) as caller:
        begun = due = time.perf_counter()
        while due < begun + seconds:
            time.sleep(max(0.0, due - time.perf_counter()))
            status, _ = caller.status("GET", "/users/me")
            if status != 200:
                raise Failed(f"/users/me answered {status}")
            taken.append(time.perf_counter() - due)
            due += OTHERS_EVERY
    return sorted(taken)


@contextlib.contextmanager
def storm(port, names):
    """Clients that log in again and again; the context's value tells how many log-ins were answered so far."""
    over, counts = threading.Event(), [0] * len(names)

    def log_in(place):
        with contextlib.closing(Caller(port)) as caller:
            while not over.is_set():
                caller.log_in(names[place])
                counts[place] += 1

    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        running = [pool.submit(log_in, place) for place in range(len(names))]

        def answered():
            for each in running:
                if each.done():
                    each.result()  # it has failed
            return sum(counts)

        try:
            yield answered
        finally:
            over.set()
        for each in running:
            each.result()


def log_in_once(port, names):
    """Each for the first time, which makes imported hashes anew: once that is done, a log-in is one hash."""
    def log_in(name):
        with contextlib.closing(Caller(port)) as caller:
            caller.log_in(name)

    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(log_in, names))
    with contextlib.closing(Scraper(port, "callboard_password_hashes_total")) as made:
        time_rise(made, len(names), LONGEST_WAIT, 0.05)


def measure_log_ins(server, quick=False):
    """Log-ins a second beside bcrypt alone, and what other requests take before and meanwhile. `server` is not started."""
    cost, seconds = (QUICK_COST, QUICK_SECONDS) if quick else (COST, SECONDS)
    token = server.tokens.read_text(encoding="ascii").split()[0]
    names = [f"storm-{number:02}" for number in range(CLIENTS)]
    server.flags = [*server.flags, "--bcrypt-cost", str(cost), "--hasher-wait", "2m"]
    raw = rate_of_bcrypt(cost, seconds / 2)
    with server:
        import_people(server, server.log.parent, cost, names)
        log_in_once(server.port, names)
        idle = follow_others(server.port, token, seconds / 2)
        with storm(server.port, names) as answered:
            while answered() < len(names):  # all of them wait in the queue
                time.sleep(0.05)
            before, begun = answered(), time.monotonic()
            busy = follow_others(server.port, token, seconds)
            rate = (answered() - before) / (time.monotonic() - begun)
    return {"log_ins_per_second": rate, "bcrypt_per_second": raw, "of_bcrypt": 100 * rate / raw,
            "other_p50_ms": 1000 * quantile(busy, 0.5), "other_p99_ms": 1000 * quantile(busy, 0.99),
            "idle_p50_ms": 1000 * quantile(idle, 0.5), "idle_p99_ms": 1000 * quantile(idle, 0.99),
            "times_idle_p50": quantile(busy, 0.5) / quantile(idle, 0.5),
            "times_idle_p99": quantile(busy, 0.99) / quantile(idle, 0.99)}


def quantile(values, part):
    """Of sorted values, the one below which this part of them lies."""
    return values[min(len(values) - 1, int(part * len(values)))]
