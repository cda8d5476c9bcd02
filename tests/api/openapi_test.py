"""schema/openapi.yaml is whole and true: its routes, references, examples, bounds, codes of errors."""

import json
import re
import subprocess

import pytest
from documents import TOP, bounds, broken_references, faults, nodes
from support import server as servers

METHODS = ("get", "post", "put", "patch", "delete")


def operations(document):
    """(METHOD, path, operation) of every operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def differences(document, listing):
    """What `callboard routes` and a document have that the other has not, or has otherwise."""
    printed = {tuple(line.split("\t")) for line in listing.splitlines()}
    written = {(method, path, operation["x-permission"], ",".join(operation["x-roles"]))
               for method, path, operation in operations(document) if operation["tags"] != ["documents"]}
    return sorted(printed ^ written)


def test_the_routes_are_those_that_the_program_prints(openapi):
    assert not differences(openapi, servers.run("routes").stdout)


def test_the_comparison_of_routes_can_fail():
    operation = {"x-permission": "none", "x-roles": ["anyone"], "tags": ["a"]}
    document = {"paths": {"/a": {"get": operation}, "/b": {"get": operation}}}
    assert differences(document, "GET\t/a\tnone\tanyone\nPUT\t/a\tnone\tanyone\n") == [
        ("GET", "/b", "none", "anyone"), ("PUT", "/a", "none", "anyone")]
    assert differences({"paths": {"/a": {"get": operation}}}, "GET\t/a\tnone\tuser,admin\n")


def test_every_reference_leads_somewhere():
    assert not broken_references("openapi")


def test_the_search_for_references_can_fail():
    assert broken_references("openapi", {"a": {"$ref": "#/b"}, "c": [{"$ref": "#/a"}]}) == ["#/a: #/b"]


def examples(document):
    """(where, schema, value) of every example beside a schema."""
    for where, node in nodes(document):
        if "schema" in node:
            if "example" in node:
                yield where, node["schema"], node["example"]
            for name, example in node.get("examples", {}).items():
                yield f"{where}/{name}", node["schema"], example["value"]


def test_every_example_fits_its_schema(openapi):
    found = list(examples(openapi))
    assert len(found) > 100
    assert not [f"{where}: {fault}" for where, schema, value in found for fault in faults("openapi", schema, value)]


def test_every_body_and_parameter_has_an_example(openapi):
    bare = [where for where, node in nodes(openapi["paths"]) if "schema" in node and not {"examples", "example"} & set(node)]
    # The documents are no examples of themselves.
    assert [where for where in bare if "yaml" not in where] == []


def test_every_bound_of_an_option_is_its_default(openapi, asyncapi):
    defaults = dict(re.findall(r"^#CALLBOARD_([A-Z_]+)=(.*)$", servers.run("config", "example").stdout, re.M))
    found = [*bounds(openapi), *bounds(asyncapi)]
    wrong = [each for each in found if str(each[2]) != defaults.get(each[1].upper().replace("-", "_"))]
    assert not wrong
    lengths = {"message-length", "room-name-length", "full-name-length", "username-min", "username-max", "email-bytes",
               "client-key-bytes", "reminder-length", "reminder-years"}
    assert {option for _, option, _ in found} == lengths


def test_the_codes_of_errors_are_those_of_the_program(openapi):
    table = (TOP / "messages/errors.hpp").read_text()
    statuses = dict(re.findall(r'^    \{errc::\w+, "(\w+)", "[^"]+", (\d+),', table, re.M))
    del statuses["none"]
    # Those of the connection, before there is a request.
    statuses |= {"request_timeout": "408", "header_too_large": "431"}
    assert set(openapi["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == set(statuses)
    for name, response in openapi["components"]["responses"].items():
        for media in response.get("content", {}).values():
            if "allOf" in media["schema"]:
                said = media["schema"]["allOf"][1]["properties"]
                assert {statuses[code] for code in said["code"]["enum"]} == {str(said["status"]["const"])}, name


@pytest.mark.parametrize("problem", [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503, 507])
def test_every_documented_problem_is_one_of_rfc_9457(openapi, problem):
    for _, path, operation in operations(openapi):
        answer = operation["responses"].get(str(problem))
        if answer is not None:
            name = answer["$ref"].rsplit("/", 1)[1]
            content = openapi["components"]["responses"][name]["content"]
            assert list(content) == ["application/problem+json"], path
            assert content["application/problem+json"]["schema"]["allOf"][1]["properties"]["status"]["const"] == problem


def test_the_linters_find_nothing():
    files = [str(TOP / "schema" / name) for name in ("openapi.yaml", "asyncapi.yaml")]
    assert lint(*files) == []


def test_the_linters_can_find_something(tmp_path):
    text = (TOP / "schema/openapi.yaml").read_text()
    broken = tmp_path / "openapi.yaml"
    broken.write_text(text.replace("\n      operationId: logIn\n", "\n      operationId: logOut\n", 1))
    assert "operation-operationId-unique" in {problem["rule"] for problem in lint(str(broken))}
    asynchronous = tmp_path / "asyncapi.yaml"
    asynchronous.write_text("asyncapi: 3.0.0\ninfo: {title: a, version: '1'}\nchannels: {a: {messages: 3}}\n")
    assert lint(str(asynchronous))


def lint(*files):
    """What the linters say of documents."""
    command = ["node", TOP / "tests/api/lint.mjs", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
