"""What docker/Dockerfile names exists, its last stage is small and harmless, and has the libraries the programs load."""

import json
import pathlib
import re
import subprocess

import pytest

from support import FOLDER, PROGRAMS, TOP, assignments, instructions, option_names

FILE = instructions((FOLDER / "Dockerfile").read_text())
LAST = [each for each in FILE if each.stage == FILE[-1].stage]


def of(word, among=LAST):
    """What follows the instructions of one word."""
    return [each.rest for each in among if each.word == word]


def ignored_patterns():
    """The lines of .dockerignore."""
    return [line for line in (TOP / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def is_ignored(name):
    """Whether a path from the top is kept from the builder; as much of the rules as the file makes use of."""
    path = pathlib.PurePosixPath(name)
    for each in (path, *path.parents):
        for pattern in ignored_patterns():
            anywhere = pattern.startswith("**/")
            if each.name == pattern.removeprefix("**/") if anywhere else str(each) == pattern:
                return True
    return False


def listed(name):
    """The packages of a list."""
    text = (TOP / "scripts/packages" / f"{name}.list").read_text()
    return re.findall(r"^([a-z0-9][a-z0-9+.-]*)", text, flags=re.MULTILINE)


def package_of(library):
    """The Debian package that a shared library came with."""
    for path in (library, f"/usr{library}", str(pathlib.Path(library).resolve())):
        done = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    return None


def needed_by(program):
    """The packages whose libraries a program names itself."""
    dynamic = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
    names = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    loaded = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    paths = dict(re.findall(r"^\s*(\S+) => (\S+) \(", loaded, flags=re.MULTILINE))
    return {name: package_of(paths[name]) for name in names if name in paths}


def test_every_stage_begins_with_the_same_pinned_image():
    images = {rest.split()[0] for rest in of("FROM", FILE)}
    assert images == {"debian:12-slim"}


def test_what_is_copied_exists_and_reaches_the_builder():
    stages = {each.stage for each in FILE}
    copied = [rest.split() for rest in of("COPY", FILE)]
    assert len(copied) > 5
    for words in copied:
        origin = [word.removeprefix("--from=") for word in words if word.startswith("--from=")]
        assert set(origin) <= stages, words
        sources = [word for word in words if not word.startswith("--")][:-1]
        for source in sources if not origin else []:
            assert (TOP / source).exists() and not is_ignored(source), source


def test_the_builder_gets_no_secrets_and_nothing_built_here():
    for name in (".env", "docker/.env", "data/secret", "build/bin/callboard", ".git/config", "web/node_modules/vite/index.js"):
        assert is_ignored(name), name
    folders = re.findall(r"^add_subdirectory\((\w+)", (TOP / "CMakeLists.txt").read_text(), flags=re.MULTILINE)
    for name in ("CMakeLists.txt", "CMakePresets.json", "scripts/build", "web/src/main.tsx", "cmake", "schema", *folders):
        assert not is_ignored(name), name
    assert not [pattern for pattern in ignored_patterns() if re.search(r"[*?!\[]", pattern.removeprefix("**/"))], \
        "is_ignored knows no such patterns"


def test_the_scripts_it_runs_are_there_at_that_point_with_what_they_use():
    for number, each in enumerate(FILE):
        if each.word != "RUN":
            continue
        before = [one for one in FILE[:number] if one.stage == each.stage and one.word == "COPY"]
        sources = {word for one in before for word in one.rest.split()[:-1]}
        for script in re.findall(r"\bscripts/[a-z-]+", each.rest):
            used = [script, *re.findall(r"^(?:source )?(scripts/[a-z/.-]+)", (TOP / script).read_text(), flags=re.MULTILINE)]
            for name in used:
                assert (TOP / name).is_file(), name
                assert "." in sources or name in sources or str(pathlib.PurePosixPath(name).parent) in sources, (script, name)


def test_the_packages_it_installs_exist():
    packages = listed("runtime")
    found = subprocess.run(["apt-cache", "show", "--no-all-versions", *packages], capture_output=True, text=True, check=False)
    assert set(packages) <= set(re.findall(r"^Package: (\S+)$", found.stdout, flags=re.MULTILINE)), found.stderr


@pytest.mark.parametrize("program", ["callboard", "callboard-cli"])
def test_the_last_stage_has_the_libraries_a_program_loads(program):
    needed = needed_by(PROGRAMS / program)
    assert "libstdc++.so.6" in needed, "the search finds nothing"
    # Those of every Debian system.
    missing = {name: package for name, package in needed.items() if package not in {*listed("runtime"), "libc6", "libgcc-s1"}}
    assert not missing, "add to scripts/packages/runtime.list"


def test_the_last_stage_has_no_library_that_the_build_does_not_use():
    depended = subprocess.run(["apt-cache", "depends", "--recurse", "--important", "--installed", *listed("build")],
                              capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"^(?:\s+\S+: )?<?([a-z0-9][a-z0-9+.-]*)", depended, flags=re.MULTILINE))
    assert not [name for name in listed("runtime") if name.startswith("lib") and name not in known]


def test_nothing_of_the_compilers_gets_into_the_last_stage():
    installs = [rest for rest in of("RUN") if "apt-get install" in rest]
    assert len(installs) == 1 and "--no-install-recommends" in installs[0] and "rm -rf /var/lib/apt/lists/*" in installs[0]
    assert "runtime.list" in installs[0] and "build.list" not in " ".join(each.rest for each in LAST)


def test_it_runs_as_a_user_of_its_own_and_ends_in_order():
    (user,) = of("USER")
    assert user not in ("root", "0") and re.search(rf"\buseradd .*\b{user}\b", " ".join(of("RUN")))
    assert of("STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(of("ENTRYPOINT")[0]) == ["/usr/local/bin/callboard"] and json.loads(of("CMD")[0]) == ["serve"]


def test_the_health_check_asks_the_port_it_listens_on():
    settings = assignments(" ".join(of("ENV")))
    port = settings["CALLBOARD_LISTEN"].rpartition(":")[2]
    (check,) = of("HEALTHCHECK")
    assert f"http://127.0.0.1:{port}/livez" in json.loads(check[check.index("CMD ") + 4:])
    assert of("EXPOSE") == [port] and "curl" in listed("runtime")


def test_its_variables_are_options_and_its_data_are_in_the_volume():
    settings = assignments(" ".join(of("ENV")))
    assert set(settings) <= option_names()
    assert of("VOLUME") == [settings["CALLBOARD_DATA_DIR"]] == of("WORKDIR")
    assert any(rest.endswith(f" {settings['CALLBOARD_WEB_DIR']}") for rest in of("COPY"))


def test_the_reader_of_dockerfiles_reads():
    found = instructions("# x\nFROM a:1 AS one\nRUN b \\\n && c\n\nFROM d:2\nENV A=1 \\\n    B=\"2\"\n")
    assert [(each.word, each.rest, each.stage) for each in found] == [
        ("FROM", "a:1 AS one", "one"), ("RUN", "b && c", "one"), ("FROM", "d:2", "1"), ("ENV", 'A=1 B="2"', "1")]
    assert assignments(found[-1].rest) == {"A": "1", "B": "2"}
