"""The time of a refused log-in tells nothing of why it was refused (security.md 7)."""

import http.client
import itertools
import json
import random
import statistics
import time

import pytest
from storm.places import count
from storm.telling_apart import compare
from support.people import PASSWORD, People
from support.rest import expect
from support.server import SOAK

SAMPLES = count(50, 1000)
GUESSES_OF_AN_ACCOUNT = 10  # fewer than lock it
# All pairs of four reasons, two tests each, together at 1 in 100; and a difference too small to be of use to anybody.
PAIRS = 6
LEAST_P = 0.01 / (2 * PAIRS)
AUC = 0.05


class Guesser:
    """One after the other, on a connection that stays."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(*server.address, timeout=60)
        self.headers = {"Content-Type": "application/json"}

    def seconds(self, login, password):
        """How long the refusal of a log-in takes."""
        body = json.dumps({"login": login, "password": password})
        began = time.perf_counter()
        self.connection.request("POST", "/auth/login", body, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        took = time.perf_counter() - began
        assert answer.status == 401
        return took


@pytest.mark.skipif(not SOAK, reason="times are measured where nothing else runs: in the soak run")
def test_the_time_of_a_refusal_does_not_tell_its_reason(place, seed):
    """Unknown, wrong, locked, disabled, 1,000 each in random order: neither their places nor their shapes differ."""
    server = place.start("--max-attempts-source", "0", "--lock-seconds", "86400")
    people = People(server)
    number = SAMPLES // GUESSES_OF_AN_ACCOUNT
    names = people.fresh_names(2 * number + 1)
    server.import_users([people.record(name) for name in names])
    locked, wrong, disabled = names[0], names[1:number + 1], names[number + 1:]
    admin = people.admin()
    for name in disabled:
        (account,) = expect(admin.rest.get(f"/admin/users?query={name}"), 200)["items"]
        expect(admin.rest.patch(f"/admin/users/{account['id']}", {"disabled": True}), 200)
    guesser = Guesser(server)
    for _ in range(15):
        guesser.seconds(locked, "not-the-password-5")
    unknown = (f"{name}x" for name in itertools.cycle(names))
    # The password is right where that is not the reason, and always of the same length.
    logins = {
        "unknown": (lambda: next(unknown), PASSWORD),
        "wrong": (itertools.cycle(wrong).__next__, PASSWORD[::-1]),
        "locked": (lambda: locked, PASSWORD),
        "disabled": (itertools.cycle(disabled).__next__, PASSWORD),
    }
    order = [reason for reason in logins for _ in range(SAMPLES)]
    random.Random(seed).shuffle(order)
    seconds = {reason: [] for reason in logins}
    for reason in order:
        name, password = logins[reason]
        seconds[reason].append(guesser.seconds(name(), password))
    for reason, values in seconds.items():
        quartiles = statistics.quantiles(values, n=4)
        print(f"{place.name}: {reason:<9} {len(values)}, ms at 25, 50, 75 %: " + ", ".join(f"{1e3 * q:.3f}" for q in quartiles))
    found = {pair: compare(seconds[pair[0]], seconds[pair[1]]) for pair in itertools.combinations(seconds, 2)}
    for pair, difference in found.items():
        print(f"{place.name}: {' / '.join(pair):<20} AUC {difference.auc:.3f}, p of place {difference.place:.4f}, of shape "
              f"{difference.shape:.4f}")
    assert len(found) == PAIRS
    for pair, difference in found.items():
        assert abs(difference.auc - 0.5) <= AUC and min(difference.place, difference.shape) >= LEAST_P, (pair, difference)


def test_samples_are_told_apart_by_place_and_by_shape():
    """A shift of a fifth of a deviation and a double width are seen in a thousand values, and nothing where nothing is."""
    chance = random.Random(7)
    plain = [chance.gauss(50, 1) for _ in range(1000)]
    same = compare(plain, [chance.gauss(50, 1) for _ in range(1000)])
    assert abs(same.auc - 0.5) < AUC and min(same.place, same.shape) > 0.01, same
    shifted = compare(plain, [chance.gauss(50.25, 1) for _ in range(1000)])
    assert shifted.auc > 0.5 + AUC and shifted.place < LEAST_P, shifted
    assert compare([chance.gauss(50.25, 1) for _ in range(1000)], plain).auc < 0.5 - AUC
    wider = compare(plain, [chance.gauss(50, 2) for _ in range(1000)])
    assert wider.shape < LEAST_P < 0.01 < wider.place, wider
    assert compare(plain, plain).place > 0.9 and compare([1] * 9, [1] * 9).place == 1.0
    # By hand: of 3 x 3 pairs 8 have the second above.
    assert compare([1, 2, 4], [3, 5, 6]).auc == 8 / 9
