"""Apache Kafka 3.9.1 as a single node in KRaft mode, small, on loopback."""

import base64
import os
import shlex
import socket
import subprocess
import uuid

from backing.places import LOOPBACK, Trouble
from backing.service import ANSWER_SECONDS, TOP, Service

JARS = TOP / "build/kafka"
JAVA = "/usr/lib/jvm/java-17-openjdk-{architecture}/bin/java"
# Small and quick to start, for development and tests. The variables of Kafka's own start script give it what an
# operator would: the collector above stops the broker for a tenth of a second now and then.
SMALL_HEAP = "-Xms128m -Xmx256m"
QUICK_START = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
LOGGING = """\
log4j.rootLogger=WARN, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d{ISO8601} %p %c: %m%n
"""
# Few and small internal partitions and buffers (the default of one buffer alone is 128 MiB), group sessions as short as
# 1 s, and a broker that comes back within 4 s of being killed instead of 14 s.
CONFIGURATION = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{loopback}:{controller}
listeners=PLAINTEXT://{loopback}:{port},CONTROLLER://{loopback}:{controller}
advertised.listeners=PLAINTEXT://{advertised}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
num.network.threads=1
num.io.threads=2
num.recovery.threads.per.data.dir=1
background.threads=2
num.partitions=1
auto.create.topics.enable=false
offsets.topic.num.partitions=2
offsets.topic.replication.factor=1
offsets.topic.segment.bytes=1048576
transaction.state.log.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
group.coordinator.append.linger.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=250
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=2097152
log.cleaner.io.buffer.size=131072
log.segment.bytes=16777216
log.index.size.max.bytes=1048576
socket.request.max.bytes=16777216
log.retention.hours=2
metadata.log.segment.bytes=8388608
"""


def jvm_options():
    """Heap and collector: KAFKA_HEAP_OPTS and KAFKA_JVM_PERFORMANCE_OPTS, as kafka-server-start.sh takes them."""
    return [*shlex.split(os.environ.get("KAFKA_HEAP_OPTS", SMALL_HEAP)),
            *shlex.split(os.environ.get("KAFKA_JVM_PERFORMANCE_OPTS", QUICK_START))]


def java():
    """Java 17 where Debian puts it, else the one on the path."""
    for architecture in ("amd64", "arm64"):
        if os.access(JAVA.format(architecture=architecture), os.X_OK):
            return JAVA.format(architecture=architecture)
    return "java"


class Kafka(Service):
    """Broker and controller in one Java process."""

    name = "kafka"
    ports = ("port", "controller")
    # Starting takes 2 s of two processors: long on a machine that is busy with something else.
    start_seconds = 180

    @property
    def programs(self):
        return (java(), "kcat", "mvn")

    def command(self):
        return [java(), *jvm_options(), f"-Dlog4j.configuration=file:{self._logging}", "-cp", f"{JARS}/*", "kafka.Kafka", self.mark()]

    def mark(self):
        return self.folder / "server.properties"

    def address(self):
        return f"{LOOPBACK}:{self.port()}"

    def advertised(self):
        """Where it tells its clients to go; elsewhere than its address only if something stands before it."""
        return self.address()

    def more_settings(self):
        """Lines of server.properties that come after the others, whose values they replace."""
        return ""

    def format_options(self):
        """What `format` is told besides, when the data are made."""
        return []

    def answers(self):
        """Whether it lists itself as a broker; asked only once it listens, since kcat waits long for a broker that is not there."""
        try:
            socket.create_connection((LOOPBACK, self.port()), timeout=ANSWER_SECONDS).close()
            asked = subprocess.run(["kcat", "-b", self.address(), "-m", str(ANSWER_SECONDS), "-L"], capture_output=True, text=True,
                                   timeout=ANSWER_SECONDS + 2, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return asked.returncode == 0 and f"broker 1 at {self.advertised()}" in asked.stdout

    def prepare(self):
        if subprocess.run([TOP / "scripts/install-kafka"], check=False).returncode != 0:
            raise Trouble("the jars of Kafka could not be fetched; see above")
        (self.folder / "data").mkdir(exist_ok=True)
        self._logging.write_text(LOGGING)
        self.mark().write_text(CONFIGURATION.format(loopback=LOOPBACK, port=self.port(), controller=self.port("controller"),
                                                    data=self.data, advertised=self.advertised())
                                + self.more_settings())
        if not (self.data / "meta.properties").exists():
            self._format()

    @property
    def _logging(self):
        return self.folder / "log4j.properties"

    def _format(self):
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # The id may begin with a hyphen, as an option does. By relative names, so that this process is not taken for the broker.
        done = subprocess.run([java(), *jvm_options(), "-Dlog4j.configuration=file:log4j.properties", "-cp", f"{JARS}/*",
                               "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", self.mark().name,
                               "--ignore-formatted", *self.format_options()], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Trouble(f"the folder of Kafka could not be formatted:\n{done.stdout}{done.stderr}")
