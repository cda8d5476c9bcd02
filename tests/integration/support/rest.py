"""A small REST client and the checks that every answer must pass."""

import pathlib
import re
import sys
import urllib.parse

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts"))

from contract import Exchange, published  # noqa: E402

REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,128}$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
PROBLEM_TYPE = "application/problem+json"


class Rest:
    """Calls one server, with or without an access token. Every answer is checked for what all answers share."""

    def __init__(self, base, token=None, authority=None):
        self.base = base
        self.token = token
        self.session = requests.Session()
        self.session.trust_env = False
        if authority is not None:
            self.session.verify = authority

    def call(self, method, path, json=None, headers=None, **more):
        """One request; `json` None sends no body."""
        all_headers = {}
        if self.token is not None:
            all_headers["Authorization"] = f"Bearer {self.token}"
        all_headers.update(headers or {})
        answer = self.session.request(
            method,
            self.base + path,
            json=json,
            headers=all_headers,
            timeout=more.pop("timeout", 60),
            allow_redirects=False,
            **more,
        )
        assert REQUEST_ID.match(
            answer.headers.get("X-Request-Id", "")
        ), f"{method} {path}: no X-Request-Id in {dict(answer.headers)}"
        if answer.status_code >= 400:
            check_problem(answer)
        check_contract(answer)
        return answer

    def get(self, path, **more):
        """GET"""
        return self.call("GET", path, **more)

    def post(self, path, json=None, **more):
        """POST"""
        return self.call("POST", path, json, **more)

    def put(self, path, json=None, **more):
        """PUT"""
        return self.call("PUT", path, json, **more)

    def patch(self, path, json=None, **more):
        """PATCH"""
        return self.call("PATCH", path, json, **more)

    def delete(self, path, **more):
        """DELETE"""
        return self.call("DELETE", path, **more)


def check_contract(answer):
    """An answer is as schema/openapi.yaml says, and so is a request that was not refused."""
    asked = answer.request
    split = urllib.parse.urlsplit(asked.url)
    body = asked.body.encode() if isinstance(asked.body, str) else asked.body or b""
    faults = published().faults(
        Exchange(
            asked.method,
            split.path + ("?" + split.query if split.query else ""),
            {name.lower(): value for name, value in asked.headers.items()},
            body if isinstance(body, bytes) else b"",
            answer.status_code,
            {name.lower(): value for name, value in answer.headers.items()},
            answer.content,
        )
    )
    assert not faults, "\n".join(faults)


def check_problem(answer):
    """An error answer has every member that protocol.md 2 names, and they agree with the headers."""
    where = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}"
    if answer.request.method == "HEAD":
        return {}
    assert answer.headers.get("Content-Type", "").split(";")[0] == PROBLEM_TYPE, where
    body = answer.json()
    for member in ("type", "title", "detail", "code", "request_id"):
        assert isinstance(body.get(member), str) and body[member], f"{member} is missing: {where}"
    assert body["status"] == answer.status_code, where
    assert body["request_id"] == answer.headers["X-Request-Id"], where
    assert re.match(r"^[a-z][a-z0-9_]*$", body["code"]), where
    for error in body.get("errors", []):
        assert error["pointer"] == "" or error["pointer"].startswith("/"), where
        assert re.match(r"^[a-z][a-z0-9_]*$", error["code"]), where
        assert isinstance(error["detail"], str) and error["detail"], where
    return body


def expect(answer, status):
    """The body of an answer with that status (None if empty)."""
    assert answer.status_code == status, (
        f"{answer.request.method} {answer.request.url} {str(answer.request.body)[:300]}: "
        f"{answer.status_code}, expected {status}: {answer.text[:500]}"
    )
    return answer.json() if answer.content else None


def refused(answer, status, code=None, pointer=None):
    """The problem of a refusal with that status, and code and pointer if given."""
    body = expect(answer, status)
    if code is not None:
        assert body["code"] == code, body
    if pointer is not None:
        assert pointer in [error["pointer"] for error in body.get("errors", [])], body
    return body


def all_pages(rest, path, limit):
    """Follows `next_cursor` to the end; returns the items of each page."""
    pages = []
    cursor = None
    while True:
        query = f"{'&' if '?' in path else '?'}limit={limit}"
        if cursor is not None:
            query += f"&cursor={requests.utils.quote(cursor, safe='')}"
        body = expect(rest.get(path + query), 200)
        assert set(body) == {"items", "next_cursor"}, body
        pages.append(body["items"])
        assert len(pages) < 1000, "the cursor never ends"
        cursor = body["next_cursor"]
        if cursor is None:
            return pages
