"""What the configuration says about TLS: files, hang-ups, secrets and addresses that others can reach."""

import signal

from support.certificates import Authority, encrypted
from support.rest import Rest
from support.server import run


def test_without_tls_there_is_no_hsts(own_server):
    """A browser told to insist on TLS could not come back."""
    assert "Strict-Transport-Security" not in Rest(own_server().url).get("/livez").headers


def test_sighup_without_tls_is_harmless(own_server):
    """The program neither ends nor stops answering, also to a second one."""
    server = own_server()
    for _ in range(2):
        server.signal(signal.SIGHUP)
        assert Rest(server.url).get("/livez").status_code == 200
    assert server.stop() == 0


def test_files_that_cannot_be_used(tmp_path):
    """`config check` and `serve` say what is wrong and with which file; an expired certificate is only a warning."""
    authority = Authority(tmp_path / "authority")
    certificate, key = authority.issue("good")
    _, other_key = authority.issue("other")
    old, old_key = authority.issue("old", days=-1)
    absent = tmp_path / "absent.pem"
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n")
    locked = encrypted(key)
    for given, said in [
        ((absent, key), f"the certificate {absent} cannot be read: No such file"),
        ((certificate, absent), f"the key {absent} cannot be read: No such file"),
        ((certificate, tmp_path), f"the key {tmp_path} cannot be read"),
        ((nonsense, key), f"the certificate {nonsense} is not one in PEM form"),
        ((certificate, certificate), f"the key {certificate} is not a private key"),
        ((certificate, other_key), f"the key {other_key} does not belong to the certificate {certificate}"),
        ((certificate, locked), f"the key {locked} is encrypted"),
    ]:
        flags = ["--tls-cert", given[0], "--tls-key", given[1], "--data-dir", tmp_path / "data"]
        for command in (["config", "check"], ["serve", "--listen", "127.0.0.1:0"]):
            done = run(*command, *flags)
            assert done.returncode == 2 and said in done.stderr, (command, done)
    for half in (["--tls-cert", certificate], ["--tls-key", key]):
        done = run("config", "check", *half)
        assert done.returncode == 2 and "need each other" in done.stderr
    done = run("config", "check", "--tls-cert", old, "--tls-key", old_key)
    assert done.returncode == 0 and "warning" in done.stderr and "expired at" in done.stderr
    done = run("config", "check", "--tls-cert", certificate, "--tls-key", key)
    assert (done.returncode, done.stderr) == (0, "")


def test_secrets_and_public_addresses(tmp_path):
    """A secret that can be guessed is refused everywhere; a way in without TLS is a warning, or refused if asked for."""
    good = "8f0Zq2_lXv5mT9-cRw1yKd7BnEa3GhJu"
    for weak in ("a" * 40, "change-me-change-me-change-me-change-me", "0123456789abcdef" * 2, "My_Secret-Password-1234567890-xyz"):
        env = {"CALLBOARD_SECRET": weak}
        for address in ("127.0.0.1:8080", "0.0.0.0:8080", "[::]:8080"):
            done = run("config", "check", "--listen", address, env=env)
            assert done.returncode == 2 and "--secret" in done.stderr and weak not in done.stderr, done
    env = {"CALLBOARD_SECRET": good}
    done = run("config", "check", "--listen", "0.0.0.0:8080", env=env)
    assert done.returncode == 0 and "unencrypted" in done.stderr
    done = run("config", "check", "--listen", "0.0.0.0:8080", "--plain-http", "refuse", env=env)
    assert done.returncode == 2 and "--plain-http refuses" in done.stderr
    behind = run("config", "check", "--listen", "0.0.0.0:8080", "--plain-http", "refuse", "--trusted-proxies", "10.0.0.1", env=env)
    assert (behind.returncode, behind.stderr) == (0, "")
    for inside in ("127.0.0.1:0", "[::1]:8080", "127.9.9.9:1"):
        assert run("config", "check", "--listen", inside, "--plain-http", "refuse", env=env).stderr == ""
    data = tmp_path / "data"
    data.mkdir()
    (data / "secret").write_text("x" * 40)
    (data / "secret").chmod(0o600)
    done = run("serve", "--listen", "0.0.0.0:0", "--data-dir", data)
    assert done.returncode == 3 and "easy to guess" in done.stderr
