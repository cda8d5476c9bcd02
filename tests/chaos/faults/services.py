"""The services of a run, in a folder of their own, and the callboard that stands on them; all through gates."""

import concurrent.futures
import contextlib
import os
import signal
import time
import urllib.parse

from checker.store import has_owner
from confluent_kafka.admin import AdminClient, ConfigResource
from faults.gates import Gates
from load.run import Person
from support.people import password_hash
from support.server import Server
from support.waiting import until

from backing import SERVICES as KNOWN
from backing import procfs

SERVICES = ("postgres", "redis", "kafka")
GATES = (*SERVICES, "clients")
START_SECONDS = 60


def with_port(url, port):
    """The same URL with another port."""
    parts = urllib.parse.urlsplit(url)
    return parts._replace(netloc=f"{parts.netloc.rsplit(':', 1)[0]}:{port}").geturl()


class Stage:
    """`with Stage(services_root, folder) as stage`: everything runs and leads through the gates; at the end nothing does.

    Kafka tells its clients to come through its gate, so that they do not go round it.
    """

    def __init__(self, services_root, folder):
        self.folder = folder
        self.gates = Gates(GATES)
        self.services = {name: KNOWN[name](services_root) for name in SERVICES}
        self.server = None

    def __enter__(self):
        self.gates.__enter__()
        try:
            self.services["kafka"].advertised = lambda: f"127.0.0.1:{self.gates.ports['kafka']}"
            self._each(lambda service: service.reset())
            self._each(lambda service: service.start())
            for name, service in self.services.items():
                self.gates.tell(name, "lead", port=service.port())
            self.server = Server(self.folder / "server", env=self._environment())
            self.start_callboard()
            self.gates.tell("clients", "lead", port=self.server.port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.server is not None:
            self.server.discard()
        try:
            self._each(lambda service: service.stop())
        finally:
            self.gates.__exit__()

    def _each(self, what):
        with concurrent.futures.ThreadPoolExecutor(len(self.services)) as pool:
            list(pool.map(what, self.services.values()))

    def _environment(self):
        port = self.gates.ports
        return {
            "CALLBOARD_DATABASE_URL": with_port(self.services["postgres"].address(), port["postgres"]),
            "CALLBOARD_REDIS_URL": with_port(self.services["redis"].address(), port["redis"]),
            "CALLBOARD_KAFKA_BROKERS": f"127.0.0.1:{port['kafka']}",
        }

    @property
    def database(self):
        """The URL of the database itself, not through the gate."""
        return self.services["postgres"].address()

    @property
    def brokers(self):
        """The address of Kafka itself; it sends its clients on to the gate."""
        return self.services["kafka"].address()

    def start_callboard(self):
        """Starts callboard on the same data, port and services, once the database has missed the one that was killed."""
        until(lambda: not has_owner(self.database), what="the end of its connection")
        self.server.start(START_SECONDS)

    def signal(self, name, number):
        """A signal to all processes of a service, or to callboard; returns the times between which it was sent."""
        service = self.services.get(name)
        pids = service.pids() if service else [self.server.process.pid]
        assert pids, f"{name} does not run"
        known = [(pid, stat[1]) for pid in pids if (stat := procfs.stat_of(pid))]
        begun = time.monotonic()
        for pid, started in known:
            procfs.send(pid, started, number)
        done = time.monotonic()
        if service:
            service.signal_all(number)  # and to those that came meanwhile
        if number == signal.SIGKILL:
            # Its port is free only when the last of its threads has gone, which is when its parent hears of it.
            with contextlib.suppress(ChildProcessError):
                self.server.wait() if service is None else os.waitpid(pids[0], 0)
        return begun, done

    def start(self, name):
        """Starts what was killed again, on the same data."""
        if name == "callboard":
            self.start_callboard()
        else:
            self.services[name].start()
            self.gates.tell(name, "lead", port=self.services[name].port())

    def stamp_messages(self, topics):
        """From now on messages carry the time at which the broker wrote them."""
        admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})
        more = {"set_config": {"message.timestamp.type": "LogAppendTime"}}
        for future in admin.alter_configs([ConfigResource(ConfigResource.Type.TOPIC, name, **more) for name in topics]).values():
            future.result(60)

    def people(self, names, role="user"):
        """New users with tokens for the whole run."""
        more = {"password_hash": password_hash(), "role": role}
        self.server.import_users([{"username": name, "email": f"{name}@example.com", **more} for name in names])
        done = self.server.admin("token", "--user", "-", "--ttl", "6h", input_text="".join(f"{name}\n" for name in names))
        return [Person(name, token) for name, token in zip(names, done.stdout.split(), strict=True)]
