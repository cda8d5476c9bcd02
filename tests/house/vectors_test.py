"""The test vectors of the token verifier are fetched with a pinned checksum, and whoever runs its tests gets them."""

import hashlib
import importlib.machinery
import importlib.util
import sys

import pytest

from support import TOP

sys.path.insert(0, str(TOP / "scripts"))
from testing import suites  # noqa: E402


@pytest.fixture(name="script")
def fixture_script():
    """The script as a module."""
    loader = importlib.machinery.SourceFileLoader("fetch_test_vectors", str(TOP / "scripts/fetch-test-vectors"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.fixture(name="module_folder")
def fixture_module_folder(tmp_path, script, monkeypatch):
    """A folder as the Go client leaves it, whose vectors are the expected ones."""
    file = tmp_path / "module" / script.FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"the vectors")
    monkeypatch.setattr(script, "SHA256", hashlib.sha256(b"the vectors").hexdigest())
    return tmp_path / "module"


def client_that_prints(folder, text, code=0):
    """A Go client that answers every command in the same way."""
    client = folder / "go"
    client.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {code}\n")
    client.chmod(0o755)
    return client


def test_vectors_are_put_in_place_once(script, module_folder, tmp_path):
    target = tmp_path / "vectors" / "file.json"
    asked = []
    script.fetch(target, lambda: asked.append(1) or module_folder)
    script.fetch(target, lambda: asked.append(1) or module_folder)
    assert target.read_bytes() == b"the vectors" and len(asked) == 1
    assert [path.name for path in target.parent.iterdir()] == ["file.json"]


def test_a_damaged_copy_is_fetched_again(script, module_folder, tmp_path):
    target = tmp_path / "file.json"
    target.write_bytes(b"something else")
    script.fetch(target, lambda: module_folder)
    assert target.read_bytes() == b"the vectors"


def test_other_vectors_are_refused(script, module_folder, tmp_path):
    (module_folder / script.FILE).write_bytes(b"other vectors")
    target = tmp_path / "file.json"
    with pytest.raises(script.Trouble, match="checksum"):
        script.fetch(target, lambda: module_folder)
    assert not target.exists()


def test_the_folder_is_the_one_that_the_client_names(script, tmp_path):
    client = client_that_prints(tmp_path, '{"Dir": "/somewhere"}')
    assert str(script.download(client)) == "/somewhere"


@pytest.mark.parametrize("said, code", [('{"Error": "not found"}', 1), ("not found", 1), ("", 0), ('{"Error": "x"}', 0)])
def test_a_client_that_fails_is_not_overheard(script, tmp_path, said, code):
    with pytest.raises(script.Trouble, match="cannot be downloaded"):
        script.download(client_that_prints(tmp_path, said, code))


def test_a_missing_client_is_named_with_its_package(script, tmp_path):
    with pytest.raises(script.Trouble, match="golang-go"):
        script.go_client(str(tmp_path))
    client = client_that_prints(tmp_path, "")
    assert script.go_client(f"{tmp_path}/nothing:{tmp_path}") == client


def test_every_run_of_the_verifiers_tests_is_prepared_with_the_vectors():
    """`jwt` is among the tests of these suites."""
    assert suites.PREPARATIONS["vectors"] == ("scripts/fetch-test-vectors",)
    of_units = [suite for table in suites.SETS.values() for suite in table
                if suite.kind == "ctest" and (not suite.only or "jwt" in suite.only)]
    assert len(of_units) == 2 and all("vectors" in suite.needs for suite in of_units)


def test_the_verifiers_test_fails_without_the_vectors():
    text = (TOP / "tests/adapters/jwt_vectors_test.cpp").read_text(encoding="utf-8")
    assert "FAIL(" in text and "scripts/fetch-test-vectors" in text
    assert "jwt_vectors_test.cpp" in (TOP / "tests/adapters/CMakeLists.txt").read_text(encoding="utf-8")
