"""Reloading and stopping with TLS, under load: no connection is cut by a new certificate, nor by the end."""

import shutil
import signal

from support.people import People
from support.steady_load import LIMIT_SECONDS, stop_under_load
from support.waiting import until

RELOADS = 10


def test_certificates_are_exchanged_under_load_and_a_stop_cuts_nobody(secure, authority):
    """SIGHUP again and again while clients send, each time with another certificate; then SIGTERM."""
    server = secure("--drain-timeout", f"{LIMIT_SECONDS}s")
    person = People(server).user()
    pairs = [authority.issue("odd"), authority.issue("even")]

    def reload():
        for number in range(RELOADS):
            for source, target in zip(pairs[number % 2], (server.certificate, server.key)):
                shutil.copy2(source, target)
            server.signal(signal.SIGHUP)
            read = number + 1
            until(lambda: server.last_output().count("The certificate was read again") == read, 60, "another certificate")

    load = stop_under_load(server, person, authority.trust(), reload)
    assert load.acknowledged
    assert server.stop() == 0
