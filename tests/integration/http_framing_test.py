"""Requests whose framing is doubtful (security.md 23 and 24) are refused with 400 and the connection is closed."""

import json

import pytest

from support.raw_http import RawHttp, exchange
from support.rest import expect

HOST = "Host: 127.0.0.1\r\n"
JSON = "Content-Type: application/json\r\n"
SMUGGLED = "GET /livez HTTP/1.1\r\nHost: smuggled\r\n\r\n"
LOGIN = json.dumps({"login": "nobody.here", "password": "wrong password"})


def login(headers, body=LOGIN, version="HTTP/1.1", host=HOST):
    """A POST with those headers."""
    return f"POST /auth/login {version}\r\n{host}{JSON}{headers}\r\n{body}"


CHUNKED = f"{len(LOGIN):x}\r\n{LOGIN}\r\n0\r\n\r\n"

REFUSED = {
    "transfer-encoding after content-length": login(
        f"Content-Length: {len(CHUNKED)}\r\nTransfer-Encoding: chunked\r\n", CHUNKED
    ),
    "content-length after transfer-encoding": login(
        f"Transfer-Encoding: chunked\r\nContent-Length: {len(CHUNKED)}\r\n", CHUNKED
    ),
    "two content-lengths that differ": login("Content-Length: 5\r\nContent-Length: 6\r\n", "abcdef"),
    "a list of content-lengths": login("Content-Length: 6, 6\r\n", "abcdef"),
    "content-length with a sign": login(f"Content-Length: +{len(LOGIN)}\r\n"),
    "content-length below zero": login("Content-Length: -1\r\n"),
    "content-length in hexadecimal": login("Content-Length: 0x10\r\n"),
    "content-length beyond 64 bits": login("Content-Length: 99999999999999999999999\r\n"),
    "content-length of nothing": login("Content-Length: \r\n", ""),
    "transfer-encoding identity": login("Transfer-Encoding: identity\r\n"),
    "transfer-encoding gzip, chunked": login("Transfer-Encoding: gzip, chunked\r\n", CHUNKED),
    "transfer-encoding chunked, chunked": login("Transfer-Encoding: chunked, chunked\r\n", CHUNKED),
    "transfer-encoding xchunked": login("Transfer-Encoding: xchunked\r\n", CHUNKED),
    "transfer-encoding chunked twice": login("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CHUNKED),
    "transfer-encoding in another case": login("Transfer-Encoding: Chunked\r\n", CHUNKED),
    "transfer-encoding chunked;q=1": login("Transfer-Encoding: chunked;q=1\r\n", CHUNKED),
    'transfer-encoding "chunked"': login('Transfer-Encoding: "chunked"\r\n', CHUNKED),
    "transfer-encoding with vertical tab": login("Transfer-Encoding: \x0bchunked\r\n", CHUNKED),
    "transfer-encoding of nothing": login("Transfer-Encoding: \r\n", CHUNKED),
    "transfer-encoding below 1.1": login("Transfer-Encoding: chunked\r\n", CHUNKED, "HTTP/1.0"),
    "two hosts": login(f"Content-Length: {len(LOGIN)}\r\n", host=HOST + "Host: other\r\n"),
    "two equal hosts": login(f"Content-Length: {len(LOGIN)}\r\n", host=HOST + HOST),
    "no host": login(f"Content-Length: {len(LOGIN)}\r\n", host=""),
    "a trailer": login("Transfer-Encoding: chunked\r\n", f"{len(LOGIN):x}\r\n{LOGIN}\r\n0\r\nX-Trailer: 1\r\n\r\n"),
    "an announced trailer": login(
        "Transfer-Encoding: chunked\r\nTrailer: X-Trailer\r\n",
        f"{len(LOGIN):x}\r\n{LOGIN}\r\n0\r\nX-Trailer: 1\r\n\r\n",
    ),
    "obs-fold": login(f"X-Folded: one\r\n two\r\nContent-Length: {len(LOGIN)}\r\n"),
    "obs-fold with a tab": login(f"X-Folded: one\r\n\ttwo\r\nContent-Length: {len(LOGIN)}\r\n"),
    "obs-fold of transfer-encoding": login("Transfer-Encoding:\r\n chunked\r\n", CHUNKED),
    "bare CR in a value": login(f"X-Bare: a\rb\r\nContent-Length: {len(LOGIN)}\r\n"),
    "bare CR that hides a header": login(f"X-Bare: a\rTransfer-Encoding: chunked\r\nContent-Length: {len(LOGIN)}\r\n"),
    "NUL in a value": login(f"X-Nul: a\0b\r\nContent-Length: {len(LOGIN)}\r\n"),
    "NUL in a name": login(f"X-\0Nul: a\r\nContent-Length: {len(LOGIN)}\r\n"),
    "NUL in the target": f"GET /li\0vez HTTP/1.1\r\n{HOST}\r\n",
    "bare LF line ends": "GET /livez HTTP/1.1\nHost: x\n\n",
    "space before the colon": login(f"Content-Length : {len(LOGIN)}\r\n"),
    "space in a name": login(f"X Space: 1\r\nContent-Length: {len(LOGIN)}\r\n"),
    "a line without a colon": login(f"NoColon\r\nContent-Length: {len(LOGIN)}\r\n"),
    "an empty name": login(f": value\r\nContent-Length: {len(LOGIN)}\r\n"),
    "leading space before the first header": f"GET /livez HTTP/1.1\r\n Host: x\r\n{HOST}\r\n",
    "chunk size of nothing": login("Transfer-Encoding: chunked\r\n", "\r\nabc\r\n0\r\n\r\n"),
    "chunk size with a sign": login("Transfer-Encoding: chunked\r\n", f"+{len(LOGIN):x}\r\n{LOGIN}\r\n0\r\n\r\n"),
    "chunk size with 0x": login("Transfer-Encoding: chunked\r\n", f"0x{len(LOGIN):x}\r\n{LOGIN}\r\n0\r\n\r\n"),
    "chunk size beyond 64 bits": login("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
    "chunk longer than its size": login("Transfer-Encoding: chunked\r\n", f"3\r\n{LOGIN}\r\n0\r\n\r\n"),
    "version 2.0": f"GET /livez HTTP/2.0\r\n{HOST}\r\n",
    "version 1.2x": f"GET /livez HTTP/1.x\r\n{HOST}\r\n",
    "version in lower case": f"GET /livez http/1.1\r\n{HOST}\r\n",
    "no version": "GET /livez\r\n\r\n",
    "four words in the request line": f"GET /livez x HTTP/1.1\r\n{HOST}\r\n",
    "two spaces in the request line": f"GET  /livez HTTP/1.1\r\n{HOST}\r\n",
    "a method with a colon": f"G:T /livez HTTP/1.1\r\n{HOST}\r\n",
    "noise": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "another protocol": "SSH-2.0-OpenSSH_9.2\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_doubtful_framing_is_refused_and_closed(server, name):
    """400 (505 for another version), `Connection: close`, the end, and what follows is never taken as a request."""
    answer, closed = exchange(server, REFUSED[name].encode("latin-1") + SMUGGLED.encode())
    if answer is None:
        assert name in ("noise", "another protocol", "no version"), "the stream ended without an answer"
        return
    status, headers, body = answer
    assert status in ((400, 505) if "version" in name else (400,)), f"{status} {body[:200]}"
    assert headers.get("connection", "").lower() == "close"
    assert closed, "the connection goes on, or a second answer came"


def test_a_proper_request_passes_the_same_way(server):
    """The same helper gets 401 for proper framings: the refusals above are for the framing alone."""
    for data in (
        login(f"Content-Length: {len(LOGIN)}\r\n"),
        login("Transfer-Encoding: chunked\r\n", CHUNKED),
        login("Transfer-Encoding: chunked\r\n", f"{len(LOGIN):X}\r\n{LOGIN}\r\n0\r\n\r\n"),
    ):
        with RawHttp(server) as raw:
            raw.send(data)
            status, headers, _ = raw.answer()
            assert status == 401, f"{status} for {data[:200]!r}"
            assert headers["content-type"].startswith("application/problem+json")


def test_a_header_block_beyond_8_kib_is_refused(server):
    """431 (or 400), one header or many; just below it passes."""
    for extra in (
        "X-Long: " + "x" * 9000 + "\r\n",
        "".join(f"X-{n}: {'y' * 40}\r\n" for n in range(200)),
        "Cookie: " + "z" * 20000 + "\r\n",
    ):
        answer, closed = exchange(server, f"GET /livez HTTP/1.1\r\n{HOST}{extra}\r\n")
        assert answer is not None and answer[0] in (400, 431), answer
        assert closed
    answer, _ = exchange(server, f"GET /livez HTTP/1.1\r\n{HOST}Connection: close\r\nX-Long: {'x' * 7000}\r\n\r\n")
    assert answer[0] == 200


def test_a_target_beyond_8_kib_is_refused(server):
    """414, 431 or 400."""
    answer, closed = exchange(server, f"GET /{'a' * 10000} HTTP/1.1\r\n{HOST}\r\n")
    assert answer[0] in (400, 414, 431) and closed


def test_a_body_beyond_the_cap_is_413_by_its_length_alone(server):
    """Before a byte of it has come; chunked ones when they pass the cap."""
    answer, closed = exchange(server, login("Content-Length: 100000000\r\n", ""))
    assert answer is not None and answer[0] == 413 and closed
    with RawHttp(server) as raw:
        raw.send(login("Transfer-Encoding: chunked\r\n", ""))
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        for _ in range(60):
            raw.send(chunk)
        answer = raw.answer()
        assert answer is None or answer[0] == 413, answer


def test_expect_100_continue_is_answered(server):
    """The interim answer comes before the body, or the final one at once."""
    with RawHttp(server) as raw:
        raw.send(login(f"Content-Length: {len(LOGIN)}\r\nExpect: 100-continue\r\n", ""))
        status, _, _ = raw.answer(head_only=True)
        if status == 100:
            raw.send(LOGIN)
            status, _, _ = raw.answer()
        assert status in (401, 417), status


def test_pipelined_requests_are_answered_in_order(server):
    """Twenty requests in one write: twenty answers, each to its own id."""
    with RawHttp(server) as raw:
        raw.send(
            "".join(
                f"GET /{'livez' if n % 2 else 'nowhere/x'} HTTP/1.1\r\n{HOST}Accept: application/json\r\n"
                f"X-Request-Id: pipelined-{n}\r\n\r\n"
                for n in range(20)
            )
        )
        for number in range(20):
            status, headers, _ = raw.answer()
            assert headers["x-request-id"] == f"pipelined-{number}"
            if number % 2:
                assert status == 200


def test_a_request_in_single_bytes_is_served(server):
    """However the bytes are cut."""
    with RawHttp(server) as raw:
        for byte in login(f"Content-Length: {len(LOGIN)}\r\n").encode():
            raw.send(bytes([byte]))
        assert raw.answer()[0] == 401


def test_the_connection_is_kept_or_closed_as_asked(server):
    """Kept by default, closed for `Connection: close` and for HTTP/1.0."""
    with RawHttp(server) as raw:
        for _ in range(3):
            raw.send(f"GET /livez HTTP/1.1\r\n{HOST}\r\n")
            assert raw.answer()[0] == 200
        raw.send(f"GET /livez HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
        assert raw.answer()[0] == 200
        assert raw.ended()
    with RawHttp(server) as raw:
        raw.send(f"GET /livez HTTP/1.0\r\n{HOST}\r\n")
        assert raw.answer()[0] in (200, 400, 505)
        assert raw.ended()


def test_head_is_get_without_a_body(server):
    """The same status and length, no body; the connection stays in step."""
    with RawHttp(server) as raw:
        raw.send(f"HEAD /livez HTTP/1.1\r\n{HOST}\r\nGET /livez HTTP/1.1\r\n{HOST}\r\n")
        status, _, _ = raw.answer(head_only=True)
        assert status in (200, 405)
        assert raw.answer()[0] == 200


def test_options_tells_the_methods(server):
    """OPTIONS is answered with Allow (or CORS' own headers), never with an error of ours."""
    answer, _ = exchange(server, f"OPTIONS /rooms HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
    status, headers, _ = answer
    assert status in (200, 204, 405) and "allow" in headers, answer


def test_a_foreign_origin_gets_no_cors_headers(server):
    """No wildcard, no echo of the origin."""
    answer, _ = exchange(
        server, f"GET /livez HTTP/1.1\r\n{HOST}Origin: https://evil.example\r\nConnection: close\r\n\r\n"
    )
    allowed = answer[1].get("access-control-allow-origin", "")
    assert allowed not in ("*", "https://evil.example")


def test_the_absolute_and_the_authority_form_do_no_harm(server):
    """A proxy's forms of the target are served as the path or refused."""
    for line in ("GET http://127.0.0.1/livez", "CONNECT evil.example:443", "OPTIONS *", "GET *"):
        answer, _ = exchange(server, f"{line} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
        assert answer[0] in (200, 204, 400, 404, 405), (line, answer)


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../../../etc/passwd",
        "/....//....//etc/passwd",
        "/%00",
        "/%zz",
        "/%",
        "/index.html%00.js",
        "/\\..\\..\\etc\\passwd",
        "/?%ff",
        "/.git/config",
    ],
)
def test_paths_lead_nowhere_outside(server, path):
    """No file of the machine by any spelling of `..`."""
    answer, _ = exchange(server, f"GET {path} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
    assert answer is not None and answer[0] < 500
    assert b"root:" not in answer[2] and b"[core]" not in answer[2]


def test_the_server_lives_after_all_of_it(people):
    """And serves as ever."""
    assert expect(people.user().rest.get("/rooms"), 200)["items"] == []
