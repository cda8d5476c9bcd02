"""PostgreSQL 15 with its defaults of durability, on loopback, with a password that only this user can read."""

import os
import pathlib
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile

from backing import procfs
from backing.places import LOOPBACK, Trouble
from backing.service import ANSWER_SECONDS, Service

VERSION = "15"
BINARIES = pathlib.Path(f"/usr/lib/postgresql/{VERSION}/bin")
UNPRIVILEGED = "postgres"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": 100,
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
}


class Postgres(Service):
    """The postmaster and its backends; the role and the database are both called callboard.

    The server refuses to run as root: started by root, it runs as the user of Debian's package, and where that user
    cannot enter the root folder, `data` is a link to a folder in /var/tmp.
    """

    name = "postgres"
    programs = tuple(str(BINARIES / program) for program in ("postgres", "initdb", "pg_isready"))
    # Fast shutdown: transactions under way are rolled back, not waited for.
    stop_signal = signal.SIGINT

    def user(self):
        if os.geteuid() != 0:
            return {}
        entry = pwd.getpwnam(UNPRIVILEGED)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def command(self):
        further = os.environ.get("POSTGRES_SETTINGS", "").split()  # `name=value`, as benchmarks want them
        settings = [word for each in (*(f"{name}={value}" for name, value in SETTINGS.items()), *further)
                    for word in ("-c", each)]
        return [self.programs[0], "-D", self.data, "-p", self.port(), *settings]

    def mark(self):
        return self.data

    def address(self):
        password = self._password_file.read_text().strip() if self._password_file.exists() else ""
        return f"postgresql://callboard:{password}@{LOOPBACK}:{self.port()}/callboard"

    def answers(self):
        asked = [self.programs[2], "-q", "-h", LOOPBACK, "-p", str(self.port()), "-d", "callboard", "-t", str(ANSWER_SECONDS)]
        return subprocess.run(asked, check=False).returncode == 0

    def pids(self):
        """The postmaster, its backends, and backends that outlived a postmaster."""
        main = self.main()
        first = procfs.with_descendants(main[0]) if main else []
        return first + [pid for pid in procfs.all_pids() if pid not in first and self._is_backend(pid)]

    def _is_backend(self, pid):
        if procfs.folder_of(pid) != str(self.data):
            return False
        title = "".join(procfs.words_of(pid)[:1])
        return title == self.programs[0] or title.startswith("postgres: ")

    def prepare(self):
        link = self.folder / "data"
        if not self.data.exists():
            link.unlink(missing_ok=True)
            home = self._home()
            self._make(home / "data.new")
            (home / "data.new").rename(home / "data")
            if home != self.folder:
                link.symlink_to(home / "data")
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != VERSION:
            raise Trouble(f"{self.data} was made by PostgreSQL {version}, not {VERSION}: scripts/services reset postgres")
        # Whoever comes here has made sure that no process uses the data; the id in it may be somebody else's by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    @property
    def _password_file(self):
        return self.folder / "password"

    def _home(self):
        """The folder that holds the data: `folder`, unless the server's user cannot enter it."""
        if not self.user() or subprocess.run(["test", "-x", self.folder], check=False, **self.user()).returncode == 0:
            return self.folder
        home = pathlib.Path(tempfile.mkdtemp(prefix="callboard-postgres-", dir="/var/tmp"))
        home.chmod(0o711)
        return home

    def _make(self, data):
        """A new cluster with a password, a role and a database."""
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        if self.user():
            os.chown(data, self.user()["user"], self.user()["group"])
        password = secrets.token_hex(16)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(password + "\n")
        # Nothing is forced to disk here: should the machine fail within the next seconds, an empty cluster is lost.
        # initdb reads the password from a file of its own user.
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(password)
            file.flush()
            if self.user():
                os.chown(file.name, self.user()["user"], self.user()["group"])
            self._run([self.programs[1], "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
                       "--auth=scram-sha-256", f"--pwfile={file.name}", "--no-sync"])
        self._run([self.programs[0], "--single", "-j", "-F", "-D", data, "postgres"],
                  f"create role callboard login createdb password '{password}';\n\n"
                  "grant pg_monitor, pg_signal_backend to callboard;\n\n"
                  "create database callboard owner callboard;\n\n")

    def _run(self, command, text=""):
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd="/",
                              env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}, **self.user())
        output = done.stdout + done.stderr
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(output)
        # A server in single-user mode ends with 0 whatever becomes of its statements.
        if done.returncode != 0 or "ERROR:" in output:
            raise Trouble(f"{command[0]} failed:\n{output[-2000:]}")
