"""The judge of requests and answers, and the proxy that asks it, notice what is wrong and let pass what is right."""

import json
import types
import urllib.request

import pytest
from contract import Contract, Exchange, Proxy, published
from documents import SCHEMA
from support.centrifuge import Client
from support.rest import Rest, expect

HEADERS = {"x-request-id": "a", "content-type": "application/json"}
PROBLEM = {"content-type": "application/problem+json"}
TOKEN = {"authorization": "Bearer x", "content-type": "application/json"}
ROOM = {"id": 3, "name": "a", "kind": "group", "created_by": 7, "created_at": "2026-05-01T09:00:00.000Z", "member_count": 1,
        "last_offset": 0, "my_role": None}  # fmt: skip


def exchange(method="GET", target="/rooms/3", asked=None, status=200, answer=ROOM, headers=None, given=None):
    """An exchange, right unless it is told otherwise."""
    body = b"" if asked is None else json.dumps(asked).encode()
    return Exchange(method, target, TOKEN if given is None else given, body, status, {**HEADERS, **(headers or {})},
                    json.dumps(answer).encode())


def problem(status, code):
    """A problem document."""
    return {"type": f"urn:callboard:problem:{code}", "title": "a", "status": status, "detail": "a", "code": code,
            "request_id": "a"}  # fmt: skip


def without(name):
    """A room without a member."""
    return {key: value for key, value in ROOM.items() if key != name}


RIGHT = [
    exchange(),
    exchange(target="/rooms/3?unknown=1"),
    exchange("POST", "/rooms", {"name": "a", "kind": "direct", "members": ["b"]}, 201),
    exchange(target="/assets/app.js", answer="anything", given={}),
]
WRONG = {
    "a member of the answer is missing": exchange(answer=without("name")),
    "a member of the answer is of another type": exchange(answer={**ROOM, "id": "3"}),
    "a member of the answer is not documented": exchange(answer={**ROOM, "colour": "red"}),
    "a status that is not documented": exchange(status=206),
    "another media type": exchange(headers={"content-type": "text/html"}),
    "an answer that is no JSON": Exchange("GET", "/rooms/3", TOKEN, b"", 200, HEADERS, b"{"),
    "no request id": Exchange("GET", "/rooms/3", TOKEN, b"", 200, {"content-type": "application/json"},
                              json.dumps(ROOM).encode()),
    "a body where there is none": Exchange("DELETE", "/rooms/3", TOKEN, b"", 204, HEADERS, b"{}"),
    "a problem without a code": exchange(status=404, headers=PROBLEM, answer={}),
    "a code of another status": exchange(status=404, headers=PROBLEM, answer=problem(404, "conflict")),
    "a path parameter that was taken": exchange(target="/rooms/x"),
    "a query parameter that was taken": exchange(target="/rooms?limit=201", answer={"items": [], "next_cursor": None}),
    "the first of a query parameter given twice": exchange(target="/rooms?limit=201&limit=1", answer={"items": [], "next_cursor": None}),
    "a member of the body that was taken": exchange("POST", "/rooms", {"name": "a", "colour": "red"}, 201),
    "a body that is missing": exchange("POST", "/rooms", None, 201),
    "a room of two for one": exchange("POST", "/rooms", {"name": "a", "kind": "direct", "members": []}, 201),
    "no access token": exchange(given={}),
    "a route that is not documented": exchange("POST", "/nothing", {}),
}


@pytest.mark.parametrize("right", RIGHT, ids=str)
def test_what_is_right_passes(right):
    assert not published().faults(right)


def test_of_a_query_parameter_given_twice_the_first_counts(people):
    """For the server and for the document alike."""
    rest = people.user().rest
    expect(rest.get("/rooms?limit=1&limit=201"), 200)
    expect(rest.get("/rooms?limit=201&limit=1"), 422)


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_noticed(what):
    assert published().faults(WRONG[what])


def test_a_refused_request_may_be_wrong_but_not_a_client_s():
    refused = exchange("POST", "/rooms", {"colour": "red"}, 400, problem(400, "bad_request"), PROBLEM)
    assert not published().faults(refused)
    assert published().client_faults(refused)
    assert published().client_faults(exchange(target="/rooms/3?unknown=1"))


def test_a_client_behind_the_proxy_is_answered_and_judged(people):
    ann = people.user()
    with Proxy(published(), people.server.port) as judge:
        rest = Rest(judge.url, ann.token)
        room = expect(rest.post("/rooms", {"name": "Stage left"}), 201)
        assert expect(rest.get(f"/rooms/{room['id']}"), 200)["name"] == "Stage left"
        assert expect(rest.delete(f"/rooms/{room['id']}"), 204) is None
        assert rest.get(f"/rooms/{room['id']}").status_code == 404
        assert (judge.count, judge.faults, judge.trouble) == (4, [], None)
        rest.get("/rooms?colour=red")
        assert judge.faults == ["GET /rooms?colour=red -> 200: query parameter colour is not documented"]
        assert judge.trouble.startswith("1 faults")


async def test_a_websocket_passes_the_proxy(people):
    ann = people.user()
    with Proxy(published(), people.server.port) as judge:
        room = ann.room()["id"]
        client = await Client.open(types.SimpleNamespace(ws_url=judge.url.replace("http", "ws") + "/ws"), ann.token)
        await client.subscribe(room)
        await client.publish(room, "Beginners, please.")
        assert (await client.event("message"))["text"] == "Beginners, please."
        await client.close()


def test_a_proxy_that_nobody_used_says_so(people):
    with Proxy(published(), people.server.port) as judge:
        assert judge.trouble == "nothing was asked of the server"


def test_every_documented_route_is_found(openapi):
    contract = Contract(openapi)
    for template, item in openapi["paths"].items():
        path = template.replace("{id}", "3").replace("{user_id}", "7")
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item:
                assert contract.operation(method.upper(), path)[0] == template
    assert contract.operation("GET", "/users/me")[0] == "/users/me"


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_the_server_has_the_documents(server, name):
    with urllib.request.urlopen(f"{server.url}/api/{name}.yaml", timeout=60) as answer:
        assert answer.headers["Content-Type"] == "application/yaml"
        assert answer.read() == (SCHEMA / f"{name}.yaml").read_bytes()
