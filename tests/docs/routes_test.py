"""Every route of the server is described."""

import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
ROUTE = re.compile(r'method::(\w+),\s*"(/[^"]*)"')


def missing_routes(sources, documents):
    """Routes in the sources that no document names as `METHOD /path`."""
    routes = sorted({f"{'DELETE' if method == 'remove' else method.upper()} {path}" for method, path in ROUTE.findall(sources)})
    return [route for route in routes if f"`{route}`" not in documents and f"`{route}?" not in documents]


def test_every_route_is_described():
    sources = "".join(path.read_text() for path in sorted((TOP / "adapters/http/rest").glob("*.cpp")))
    assert len(ROUTE.findall(sources)) > 20, "the routes are declared in another form now: read them again"
    documents = (TOP / "docs/protocol.md").read_text() + (TOP / "docs/operations.md").read_text()
    assert not missing_routes(sources, documents)


def test_the_search_can_fail():
    assert missing_routes('add(routes, method::get, "/a");  add(method::put,\n "/b")', "`GET /a`") == ["PUT /b"]
