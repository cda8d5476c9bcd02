"""callboard-cli over TLS: the server's certificate is checked, with an authority of the user's choice or the system's."""

import pathlib
import re
import subprocess
import sys

import pytest
from conftest import DEADLINE, PASSWORD, USERS, Client, LineReader, Server, binary

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
from support.certificates import Authority  # noqa: E402

LOGIN = f"login admin@example.com {PASSWORD}"


class SecureServer(Server):
    """The same server, speaking TLS."""

    def __init__(self, directory, certificate, key):
        super().__init__(directory)
        self._tls = ["--tls-cert", str(certificate), "--tls-key", str(key)]

    def start(self):
        self._process = subprocess.Popen(
            [binary("callboard"), "serve", "--listen", "127.0.0.1:0", "--data-dir", str(self.data), *self._tls],
            stdout=subprocess.PIPE, text=True, cwd=self._directory)
        self.url = LineReader(self._process.stdout).wait_for(r"https://127\.0\.0\.1:\d+").group(0)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def secure(tmp_path, authority):
    running = SecureServer(tmp_path, *authority.issue("server"))
    running.start()
    yield Client(running)
    running.stop()


def test_a_chat_over_tls_with_an_authority_of_ones_own(secure, authority):
    assert USERS[1][0] == "user1"
    done = secure.run(LOGIN, "create_chat user1", 'send_message 1 user1 "behind a lock"', "connect 1",
                      CALLBOARD_CA=str(authority.certificate))
    assert (done.returncode, done.stderr) == (0, "")
    assert "behind a lock" in done.stdout.splitlines()[-1]


def test_a_server_whose_authority_is_unknown_is_refused(secure, tmp_path):
    for given in ({}, {"CALLBOARD_CA": str(Authority(tmp_path / "another").certificate)}):
        done = secure.run(LOGIN, **given)
        assert done.returncode == 1
        assert re.match(r"No secure connection with 127\.0\.0\.1:\d+: unable to get local issuer certificate", done.stderr), done.stderr


@pytest.mark.parametrize("content", [None, "no certificate\n"])
def test_a_file_without_authorities_is_named(tmp_path, content):
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_text(content)
    done = subprocess.run([binary("callboard-cli"), "--ca", str(file), "--url", "https://127.0.0.1:1"], input="", text=True,
                          capture_output=True, timeout=DEADLINE, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    assert done.returncode == 2
    assert done.stderr.startswith(f"{file} holds no certificates that can be read: ")
