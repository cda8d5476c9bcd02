"""The dependency rule holds: in what sources include, and in what the compiler opened for them."""

import subprocess

import pytest

import dependency_rule as rule
from support import TOP, tracked_files, text_of


def test_no_source_names_a_forbidden_header():
    sources = [name for name in tracked_files() if name.endswith((".hpp", ".cpp")) and rule.layer_of(name)]
    assert {rule.layer_of(name) for name in sources} == set(rule.LAYERS), "a layer without sources: is the layout changed?"
    faults = [fault for name in sources for fault in rule.faults_of_source(name, text_of(name))]
    assert not faults, "\n".join(faults)


def test_the_compiler_opened_no_forbidden_header():
    listing = subprocess.run(["ninja", "-C", "build", "-t", "deps"], cwd=TOP, capture_output=True, text=True, check=False)
    objects = rule.parse_ninja_deps(listing.stdout)
    checked = {name: rule.source_folder_of(name) for name in objects if rule.layer_of(rule.source_folder_of(name))}
    assert {rule.layer_of(path) for path in checked.values()} >= {"actors/core", "actors", "adapters"}, \
        f"build/ holds no objects of some layer; build first. {listing.stderr}"
    faults = [fault for name, path in checked.items() for fault in rule.faults_of_object(path, objects[name], TOP)]
    assert not faults, "\n".join(sorted(set(faults)))


@pytest.mark.parametrize(("path", "line", "forbidden"), [
    ("messages/ids.hpp", "#include <caf/all.hpp>", False),
    ("messages/ids.hpp", "#include <boost/asio.hpp>", True),
    ("messages/ids.hpp", '#include "actors/room.hpp"', True),
    ("actors/core/offsets.hpp", "#include <vector>", False),
    ("actors/core/offsets.hpp", '#include "messages/ids.hpp"', False),
    ("actors/core/offsets.hpp", "#include <caf/actor.hpp>", True),
    ("actors/core/offsets.hpp", "  #  include <boost/asio.hpp>", True),
    ("actors/core/offsets.hpp", '#include "actors/room.hpp"', True),
    ("actors/room.cpp", '#include "actors/core/offsets.hpp"', False),
    ("actors/room.cpp", "#include <sqlite3.h>", True),
    ("actors/room.cpp", "#include <openssl/evp.h>", True),
    ("actors/room.cpp", "#include <some_new_library/all.hpp>", True),
    ("actors/room.cpp", '#include "adapters/sql/store.hpp"', True),
    ("adapters/sql/store.cpp", "#include <sqlite3.h>", False),
    ("adapters/sql/store.cpp", '#include "actors/room.hpp"', True),
    ("adapters/sql/store.cpp", '#include "actors/core/offsets.hpp"', True),
    ("bin/callboard/main.cpp", '#include "actors/room.hpp"', False),
])
def test_the_rule_over_sources_can_fail(path, line, forbidden):
    assert bool(rule.faults_of_source(path, f"// text\n{line}\n")) == forbidden


@pytest.mark.parametrize(("path", "dependency", "forbidden"), [
    ("messages/ids.cpp", "/usr/include/c++/12/vector", False),
    ("messages/ids.cpp", "/usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h", False),
    ("messages/ids.cpp", "/usr/include/x86_64-linux-gnu/c++/12/bits/c++config.h", False),
    ("messages/ids.cpp", "/usr/include/stdlib.h", False),
    ("messages/ids.cpp", "/usr/include/caf/all.hpp", False),
    ("messages/ids.cpp", "/usr/include/simdjson.h", True),
    ("actors/core/offsets.cpp", "/usr/include/caf/all.hpp", False),
    ("actors/core/offsets.cpp", "/usr/include/boost/config.hpp", True),
    ("actors/core/offsets.cpp", "/top/actors/room.hpp", True),
    ("actors/room.cpp", "/usr/include/spdlog/spdlog.h", True),
    ("actors/room.cpp", "/usr/include/unheard_of/all.hpp", True),
    ("actors/room.cpp", "/top/adapters/sql/store.hpp", True),
    ("actors/room.cpp", "/top/messages/ids.hpp", False),
    ("adapters/sql/store.cpp", "/top/actors/core/offsets.hpp", True),
    ("adapters/sql/store.cpp", "/usr/include/boost/config.hpp", False),
    ("bin/callboard/main.cpp", "/top/actors/room.hpp", False),
])
def test_the_rule_over_dependency_lists_can_fail(path, dependency, forbidden):
    assert bool(rule.faults_of_object(path, [dependency], "/top")) == forbidden


def test_dependency_lists_are_read():
    text = ("actors/core/CMakeFiles/callboard_core.dir/offsets.cpp.o: #deps 2, deps mtime 1 (VALID)\n"
            "    /top/actors/core/offsets.cpp\n    /usr/include/stdlib.h\n\n"
            "bin/callboard/CMakeFiles/callboard.dir/main.cpp.o: #deps 1, deps mtime 1 (VALID)\n    ../bin/callboard/main.cpp\n")
    found = rule.parse_ninja_deps(text)
    assert list(map(len, found.values())) == [2, 1]
    assert [rule.source_folder_of(name) for name in found] == ["actors/core/offsets.cpp", "bin/callboard/main.cpp"]
