"""What takes long for one is not what others wait for: hashing at its bound, and readers that do not read."""

import asyncio
import socket
import time

from storm.http import ask, figures, log_in, sources
from storm.places import count
from support.metrics import figure
from support.people import PASSWORD, People
from support.rest import Rest
from support.waiting import until


async def test_a_storm_of_log_ins_leaves_other_requests_alone(embedded):
    """At the bound 503 with Retry-After; all the while everything else is answered, and everybody gets in afterwards."""
    server = embedded.start("--hasher-queue", "16")
    people = People(server)
    person = people.user()
    places = sources(4)
    storm = asyncio.gather(*(log_in(server, f"name{n % 50}", "wrong-password-9", next(places)) for n in range(count(300, 3000))))
    served = 0
    while not storm.done() or served < 5:
        answers = [await ask(server, "GET", "/users/me", token=person.token), await ask(server, "GET", "/livez")]
        assert [each.status for each in answers] == [200, 200]
        served += 1
    answers = await storm
    assert {each.status for each in answers} == {401, 503}
    assert all(int(each.headers["retry-after"]) >= 1 for each in answers if each.status == 503)
    operator = Rest(server.url)
    for name in ("queue", "busy"):  # who hashed says that it is free after it has answered
        await asyncio.to_thread(until, lambda: figure(operator, f"callboard_hasher_{name}") == 0, 30, f"no hasher_{name}")
    found = await figures(server)
    assert sum(found[f'callboard_hasher_refused_total{{reason="{why}"}}'] for why in ("full", "displaced", "crowded")) > 0
    assert (await log_in(server, person.username, PASSWORD, "10.8.0.1")).status == 200


async def test_a_client_that_does_not_read_its_answers_is_cut_while_others_are_served(embedded):
    """It asks for more than the kernels hold and reads nothing; its connection goes, nobody else notices."""
    server = embedded.start("--write-timeout", "1s")
    person = People(server).user()
    room = person.room()["id"]
    for number in range(20):
        person.say(room, f"{number}" + "\U0001F375" * 4000)
    request = (f"GET /rooms/{room}/messages?limit=100 HTTP/1.1\r\nHost: {server.host}\r\n"
               f"Authorization: Bearer {person.token}\r\n\r\n").encode()
    person.rest.session.close()
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(server.address)

    async def reaches(is_as_wanted):
        """Waits for the number of connections, of which the one that asks is one; all the while others are served."""
        deadline = time.monotonic() + 120
        while not is_as_wanted((await figures(server))["callboard_http_connections"]):
            assert (await ask(server, "GET", "/users/me", token=person.token)).status == 200
            assert time.monotonic() < deadline, "the connection is still there"
            await asyncio.sleep(0.05)

    await reaches(lambda connections: connections > 1)
    slow.sendall(request * 60)  # 19 MB of answers
    await reaches(lambda connections: connections <= 1)
    slow.close()
