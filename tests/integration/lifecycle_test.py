"""Starting, draining, stopping, health, metrics, logs, and idle rooms that leave memory and return."""

import asyncio
import json
import re
import signal

import pytest

from support.centrifuge import Client, Refused
from support.people import PASSWORD, People, password_hash
from support.raw_http import RawHttp
from support.rest import Rest, expect
from support.server import has_option, run
from support.waiting import until

HOST = "Host: 127.0.0.1\r\n"
METRICS = [
    "http_requests_total",
    "http_request_duration_seconds",
    "auth_logins_success_total",
    "auth_logins_failed_total",
    "auth_registers_success_total",
    "auth_registers_failed_total",
    "auth_refresh_success_total",
    "auth_refresh_failed_total",
]


def metrics(server):
    """Samples of /metrics: value by `name{labels}`."""
    answer = Rest(server.url).get("/metrics")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    return {
        name: float(value)
        for name, value in re.findall(r"^([a-zA-Z_:][^\s#]*?(?:\{.*\})?) ([^\s]+)$", answer.text, re.MULTILINE)
    }


def test_live_and_ready(anonymous):
    """200 for both on a running server, without a token."""
    for path in ("/livez", "/readyz"):
        assert anonymous.get(path).status_code == 200


def half_request(server):
    """A request whose body has not come whole: the server waits for it."""
    raw = RawHttp(server, 30)
    body = json.dumps({"login": "nobody.here", "password": "wrong password"})
    raw.send(
        f"POST /auth/login HTTP/1.1\r\n{HOST}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        f"{body[:10]}"
    )
    return raw, body[10:]


async def test_sigterm_closes_sockets_with_3001_and_ends_with_0(own_server):
    """SDKs come back by themselves after 3001."""
    server = own_server()
    person = People(server).user()
    clients = [await person.client() for _ in range(5)]
    server.signal(signal.SIGTERM)
    assert [await client.closed() for client in clients] == [3001] * 5
    assert await asyncio.to_thread(server.wait) == 0


async def test_sigint_does_the_same(own_server):
    """Ctrl-C is a way to stop in order."""
    server = own_server()
    client = await People(server).user().client()
    server.signal(signal.SIGINT)
    assert await client.closed() == 3001
    assert await asyncio.to_thread(server.wait) == 0


async def test_a_request_begun_before_sigterm_is_answered(own_server):
    """Draining waits for what is under way; meanwhile nobody is told that the server is ready."""
    server = own_server("--drain-timeout", "60s")
    client = await People(server).user().client()
    raw, rest = half_request(server)
    with RawHttp(server) as probe:
        probe.send(f"GET /readyz HTTP/1.1\r\n{HOST}\r\n")
        assert probe.answer()[0] == 200
        server.signal(signal.SIGTERM)
        assert await client.closed() == 3001
        probe.send(f"GET /readyz HTTP/1.1\r\n{HOST}\r\n")
        answer = probe.answer()
        assert answer is None or answer[0] == 503, answer
    raw.send(rest)
    answer = raw.answer()
    assert answer is not None and answer[0] == 401, answer
    raw.close()
    assert await asyncio.to_thread(server.wait) == 0


async def test_sends_under_way_at_sigterm_are_kept_or_refused(own_server):
    """Every publish acknowledged while the server drains is in the store afterwards, each key once."""
    server = own_server()
    person = People(server).user()
    room = person.room("draining")["id"]
    client = await person.client()
    commands = [
        client.command("publish", {"channel": f"room:{room}", "data": {"text": f"{n}", "key": f"{n}"}})
        for n in range(600)
    ]
    for start in range(0, 600, 60):
        await client.send_text("\n".join(json.dumps(command) for command, _ in commands[start : start + 60]))
    server.signal(signal.SIGTERM)
    replies = await asyncio.gather(*[future for _, future in commands], return_exceptions=True)
    assert await client.closed() == 3001
    assert await asyncio.to_thread(server.wait) == 0
    acknowledged = [n for n, reply in enumerate(replies) if isinstance(reply, dict) and "error" not in reply]
    server.start()
    events, after = [], 0
    while page := person.events(room, f"?after={after}&limit=200")["items"]:
        events += page
        after = page[-1]["offset"]
    texts = [int(event["text"]) for event in events if event["type"] == "message"]
    assert set(acknowledged) <= set(texts) and len(texts) == len(set(texts))


async def test_a_second_signal_ends_at_once(own_server):
    """Whoever insists need not wait for the drain."""
    server = own_server("--drain-timeout", "10m")
    client = await People(server).user().client()
    raw, _ = half_request(server)
    server.signal(signal.SIGTERM)
    assert await client.closed() == 3001
    if server.process.poll() is None:
        server.signal(signal.SIGTERM)
    await asyncio.to_thread(server.wait)
    raw.close()


async def test_idle_rooms_leave_memory_and_return(own_server):
    """After --room-idle the count of rooms alive falls; sends, keys and subscriptions go on as if nothing was."""
    if not has_option("room-idle"):
        pytest.skip("no option sets when a room is idle")
    server = own_server("--room-idle", "4s", "--mirror-idle", "1s", "--user-idle", "1s")
    person = People(server).user()
    rooms = [person.room(f"idle {number}")["id"] for number in range(5)]
    first = [person.say(room, "before", key="k") for room in rooms]

    def alive():
        return sum(
            value for name, value in metrics(server).items() if re.match(r"callboard_rooms(_alive)?(\{|$)", name)
        )

    assert alive() >= 5
    until(lambda: alive() == 0, 60, "no room alive")
    assert person.say(rooms[0], "before", key="k") == {**first[0], "duplicate": True}
    assert person.say(rooms[1], "after")["offset"] == first[1]["offset"] + 1
    async with await person.client() as client:
        reply = await client.subscribe(rooms[2], recover=True, offset=first[2]["offset"] - 1)
        assert [p["offset"] for p in reply["publications"]] == [first[2]["offset"]]
        await client.publish(rooms[2], "awake")
        assert (await client.event("message", text="awake"))["offset"] == first[2]["offset"] + 1
        until(lambda: alive() == 1, 60, "the watched room alone alive")
        await client.publish(rooms[2], "still awake")
        await client.event("message", text="still awake")


def test_a_server_whose_rooms_passivated_still_stops_in_order(own_server):
    """What left memory does not hold up the end."""
    server = own_server("--room-idle", "100ms", "--user-idle", "100ms", "--mirror-idle", "100ms")
    person = People(server).user()
    person.say(person.room("short-lived")["id"], "x")

    def passivated():
        return metrics(server)["callboard_passivated_total"]

    until(lambda: passivated() >= 2, 60, "a room and a user passivated")
    assert server.stop() == 0


def test_metrics_have_the_names_of_the_contract(server, people, anonymous):
    """Counters move by what was done; paths are patterns, never ids."""
    person = people.user()
    room = person.room("measured")["id"]
    before = metrics(server)
    session = person.log_in()
    anonymous.post("/auth/login", {"login": person.username, "password": "wrong password"})
    anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]})
    anonymous.post("/auth/refresh", {"refresh_token": "unknown"})
    anonymous.post("/auth/register", {"username": "metric.user", "email": "metric@example.com", "password": PASSWORD})
    taken = {"username": person.username, "email": "metric2@example.com", "password": PASSWORD}
    anonymous.post("/auth/register", taken)
    person.say(room, "counted")
    after = metrics(server)

    def total(samples, name, **labels):
        return sum(
            value
            for sample, value in samples.items()
            if re.match(rf"{name}(\{{|$)", sample)
            and all(f'{label}="{wanted}"' in sample for label, wanted in labels.items())
        )

    for name in METRICS:
        assert any(re.match(rf"{name}(_count|_bucket|_sum)?(\{{|$)", sample) for sample in after), f"{name} is missing"
    for name in (
        "auth_logins_success_total",
        "auth_logins_failed_total",
        "auth_refresh_success_total",
        "auth_refresh_failed_total",
        "auth_registers_success_total",
        "auth_registers_failed_total",
    ):
        assert total(after, name) == total(before, name) + 1, name
    assert (
        total(after, "http_requests_total", method="POST", status="201")
        >= total(before, "http_requests_total", method="POST", status="201") + 2
    )
    assert not any(re.search(rf'path="[^"]*/{room}(/|")', sample) for sample in after)
    assert any(
        sample.startswith("callboard_") and "messages" in sample and after[sample] > before.get(sample, 0)
        for sample in after
    )


def test_what_was_built_is_among_the_figures(server):
    """Version and commit, as `callboard version` says them."""
    told = run("version").stdout
    found = [sample for sample in metrics(server) if sample.startswith("callboard_build_info{")]
    assert len(found) == 1
    for label in ("version", "commit"):
        value = re.search(rf'{label}="([^"]+)"', found[0]).group(1)
        assert re.search(rf"\b{re.escape(value)}\b", told), (value, told)


def test_a_registration_without_its_fields_is_counted(server, anonymous):
    """A body that is no registration counts as `invalid`, as a weak password does."""
    name = 'auth_registers_failed_total{reason="invalid"}'
    before = metrics(server)[name]
    assert anonymous.post("/auth/register", {"username": "x"}).status_code == 422
    assert metrics(server)[name] == before + 1


def test_browsers_are_told_to_insist_on_tls_only_where_there_is_tls(server, own_server):
    """Strict-Transport-Security comes with a public address of https alone."""
    name = "Strict-Transport-Security"
    assert name not in Rest(server.url).get("/livez").headers
    behind_tls = own_server("--public-url", "https://chat.example.com")
    assert Rest(behind_tls.url).get("/livez").headers[name] == "max-age=31536000"
    assert Rest(behind_tls.url).get("/nowhere").headers[name] == "max-age=31536000"


async def test_connections_and_subscriptions_are_counted(server, people):
    """The gauges rise and fall with clients."""

    def gauge(name):
        return next(value for sample, value in metrics(server).items() if re.match(rf"callboard_{name}(\{{|$)", sample))

    person = people.user()
    room = person.room("gauged")["id"]
    until(lambda: gauge("connections") == 0, what="no connection")
    clients = [await person.client() for _ in range(3)]
    for client in clients:
        await client.subscribe(room)
    until(lambda: gauge("connections") == 3, what="three connections")
    until(lambda: gauge("subscriptions") >= 3, what="three subscriptions")
    for client in clients:
        await client.close()
    until(lambda: gauge("connections") == 0, what="no connection again")


def test_metrics_stay_bounded_under_unknown_paths(server, anonymous):
    """A thousand made-up paths and methods do not make a thousand series."""
    before = len(metrics(server))
    for number in range(200):
        anonymous.call("POST" if number % 2 else f"M{number}", f"/made/up/{number}")
    assert len(metrics(server)) < before + 40


def log_records(text):
    """The log lines as JSON objects, or None where they are not JSON."""
    records = []
    for line in text.splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            records.append(None)
    return records


async def test_logs_carry_request_ids_and_no_secrets(own_server):
    """Through log-ins, refreshes, failures and sockets: no password, hash or token in any line; no forged line."""
    flags = (["--log-format", "json"] if has_option("log-format") else []) + (
        ["--log-level", "debug"] if has_option("log-level") else []
    )
    server = own_server(*flags)
    people = People(server)
    person = people.user()
    anonymous = Rest(server.url)
    secrets = [PASSWORD, password_hash(), person.token, "a-wrong-secret-4711", "new-secret-passphrase-9"]
    session = person.log_in()
    renewed = expect(anonymous.post("/auth/refresh", {"refresh_token": session["refresh_token"]}), 200)
    cookie = anonymous.post("/auth/login", {"login": person.username, "password": PASSWORD, "cookie": True})
    secrets += [
        session["access_token"],
        session["refresh_token"],
        renewed["access_token"],
        renewed["refresh_token"],
        cookie.headers["Set-Cookie"].split("=", 1)[1].split(";")[0],
    ]
    anonymous.post("/auth/login", {"login": person.username, "password": "a-wrong-secret-4711"})
    anonymous.post(
        "/auth/register",
        {"username": "log.reader", "email": "log.reader@example.com", "password": "new-secret-passphrase-9"},
    )
    anonymous.get("/users/me?access_token=" + session["access_token"])
    anonymous.post("/auth/login", {"login": 'forged\nline {"level":"error"}\r\n\u001b[31m', "password": "x" * 10})
    marked = Rest(server.url, person.token).get("/nowhere", headers={"X-Request-Id": "find-me-in-the-log"})
    assert marked.status_code == 404
    async with await Client.open(server, person.token) as client:
        await client.publish(person.room("logged")["id"], "text of a message stays private")
    async with await Client.dial(server) as client:
        try:
            await client.request("connect", {"token": person.token[:-5] + "AAAAA"})
        except Exception:  # refused or closed: the log is what counts here
            pass
    until(lambda: "find-me-in-the-log" in server.all_output(), what="the request id in the log")
    assert server.stop() == 0
    log = server.all_output()
    for secret in secrets:
        assert secret not in log, f"a secret is in the log: {secret[:12]}..."
        assert len(secret) < 40 or secret[-30:] not in log, "the end of a secret is in the log"
    assert "text of a message stays private" not in log
    assert "\u001b[31m" not in log
    assert not any(line.startswith("line {") for line in log.splitlines())
    if has_option("log-format"):
        lines = [line for line in log.splitlines() if line.strip() and not line.startswith("callboard listening")]
        assert lines and all(record is not None for record in log_records("\n".join(lines))), "a line is not JSON"


async def test_clients_of_before_a_restart_go_on(own_server):
    """Same port, same tokens, same epoch: an SDK's reconnect finds everything."""
    server = own_server()
    person = People(server).user()
    room = person.room("going on")["id"]
    async with await person.client() as client:
        before = await client.subscribe(room)
        await client.publish(room, "one")
        server.restart()
        assert await client.closed() == 3001
    async with await person.client() as client:
        after = await client.subscribe(room, recover=True, offset=before.get("offset", 0), epoch=before["epoch"])
        assert after["recovered"] is True and after["epoch"] == before["epoch"]
        assert [p["data"].get("text") for p in after["publications"]] == ["one"]
        try:
            await client.subscribe(room)
            raise AssertionError("subscribed twice")
        except Refused as error:
            assert error.code == 105
