"""Databases of a test's own on the suite's PostgreSQL."""

import os
import subprocess
import urllib.parse
import uuid

SERVER = os.environ.get("CALLBOARD_TEST_DATABASE_URL", "")


class Database:
    """`with Database() as database`: empty, and gone afterwards."""

    def __init__(self):
        assert SERVER, "CALLBOARD_TEST_DATABASE_URL is not set: scripts/services start postgres"
        self.name = f"callboard_test_{uuid.uuid4().hex[:12]}"
        self.url = urllib.parse.urlsplit(SERVER)._replace(path=f"/{self.name}").geturl()

    def __enter__(self):
        psql(SERVER, f"CREATE DATABASE {self.name}")
        return self

    def __exit__(self, *_):
        psql(SERVER, f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def ask(self, statement):
        """What a statement answers, as text."""
        return psql(self.url, statement)


def psql(url, statement):
    """Runs a statement; its rows without headings."""
    return client("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement)


def client(*command):
    """Runs a program of PostgreSQL's to its end."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
