"""The Debian package holds what it must, for whom it must, and its scripts are sound."""

import gzip
import re
import stat
import subprocess

import pytest

from support import TOP, package, run, version

BY_ROOT = "root/root"
PROGRAMS = {"./usr/bin/callboard", "./usr/bin/callboard-cli"}
FILES = PROGRAMS | {
    "./etc/callboard/callboard.env",
    "./lib/systemd/system/callboard.service",
    "./usr/share/bash-completion/completions/callboard",
    "./usr/share/bash-completion/completions/callboard-cli",
    "./usr/share/callboard/web/index.html",
    "./usr/share/doc/callboard/changelog.gz",
    "./usr/share/doc/callboard/copyright",
    "./usr/share/doc/callboard/operations.md",
    "./usr/share/man/man1/callboard.1.gz",
    "./usr/share/man/man1/callboard-cli.1.gz",
}
SCRIPTS = ("postinst", "prerm", "postrm")


@pytest.fixture(scope="module", name="unpacked")
def unpacked_fixture(tmp_path_factory):
    """The files of the package, and below DEBIAN those that control it."""
    folder = tmp_path_factory.mktemp("package")
    run("dpkg-deb", "--raw-extract", package(), folder)
    return folder


def entries():
    """{path: (mode, owner)} of the package."""
    lines = [line.split(maxsplit=5) for line in run("dpkg-deb", "--contents", package()).splitlines()]
    return {path: (mode, owner) for mode, owner, _, _, _, path in lines}


def field(name):
    """A field of the package's control file."""
    return run("dpkg-deb", "--field", package(), name).strip()


def test_it_is_named_for_its_version_and_architecture():
    assert field("Package") == "callboard" and field("Version") == version()
    assert package().name == f"callboard_{version()}_{field('Architecture')}.deb"


def test_what_it_holds_belongs_to_root_and_nobody_else_writes_it():
    found = entries()
    assert FILES <= set(found)
    assert {owner for _, owner in found.values()} == {BY_ROOT}
    for path, (mode, _) in found.items():
        assert mode[5] == "-" and mode[8] == "-" and "s" not in mode.lower(), (path, mode)
    assert all(found[path][0] == "-rwxr-xr-x" for path in PROGRAMS)
    assert found["./etc/callboard/callboard.env"][0] == "-rw-r-----", "it may come to hold passwords"


def test_it_holds_nothing_of_the_build():
    roots = {path.split("/")[1] for path in entries()} - {""}
    assert roots == {"etc", "lib", "usr"}
    assert not [path for path in entries() if "test" in path or "bench" in path or path.endswith((".map", ".a"))]


def test_its_programs_are_those_of_the_build_without_their_symbols(unpacked):
    for path in PROGRAMS:
        assert ".debug_info" not in run("objdump", "--section-headers", unpacked / path)
    assert run(unpacked / "usr/bin/callboard", "version").splitlines()[0] == f"callboard {version()}"


def suppliers(library):
    """The names under which packages of this machine bring a library."""
    paths = re.findall(rf"{re.escape(library)} .*=> (\S+)", run("/sbin/ldconfig", "--print-cache"))
    spelt = {form for path in paths for form in (path, path.removeprefix("/usr"), f"/usr{path}")}
    owners = subprocess.run(["dpkg-query", "--search", *spelt], capture_output=True, text=True, check=False).stdout
    names = {line.split(":")[0] for line in owners.splitlines()}
    return set(re.findall(r"[\w.+-]+", run("dpkg-query", "--show", "--showformat", "${Package} ${Provides} ", *names)))


def test_it_depends_on_every_library_that_its_programs_load(unpacked):
    depends = {each.split()[0] for each in field("Depends").split(",")}
    for program in PROGRAMS:
        loaded = re.findall(r"NEEDED\s+(\S+)", run("objdump", "--private-headers", unpacked / program))
        assert len(loaded) > 3
        for library in set(loaded) - {"ld-linux-x86-64.so.2"}:
            assert suppliers(library) & depends, library
    assert {"adduser", "ca-certificates", "tzdata"} <= depends


def test_the_configuration_is_a_conffile_that_the_unit_reads(unpacked):
    assert (unpacked / "DEBIAN/conffiles").read_text() == "/etc/callboard/callboard.env\n"
    unit = (unpacked / "lib/systemd/system/callboard.service").read_text()
    assert re.search(r"^EnvironmentFile=-?/etc/callboard/callboard\.env$", unit, re.MULTILINE)


def test_the_unit_starts_the_program_as_the_user_that_the_package_makes(unpacked):
    unit = (unpacked / "lib/systemd/system/callboard.service").read_text()
    assert re.search(r"^ExecStart=/usr/bin/callboard serve$", unit, re.MULTILINE)
    assert re.search(r"^User=callboard$", unit, re.MULTILINE), "callboard admin runs as this user beside the service"
    assert re.search(r"adduser .*\bcallboard$", (unpacked / "DEBIAN/postinst").read_text(), re.MULTILINE)


def test_every_option_of_the_configuration_exists(unpacked):
    named = re.findall(r"^#?(CALLBOARD_[A-Z_]+)=", (unpacked / "etc/callboard/callboard.env").read_text(), re.MULTILINE)
    known = re.findall(r"^#(CALLBOARD_[A-Z0-9_]+)=", run(unpacked / "usr/bin/callboard", "config", "example"), re.MULTILINE)
    assert len(named) > 5 and set(named) <= set(known)


def test_its_scripts_are_executable_strict_and_pass_shellcheck(unpacked):
    for name in SCRIPTS:
        path = unpacked / "DEBIAN" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o755
        assert path.read_text().startswith("#!/bin/sh\n") and "\nset -e\n" in path.read_text()
        run("shellcheck", path)


def test_purging_takes_what_installing_made(unpacked):
    made, gone = ((unpacked / "DEBIAN" / name).read_text() for name in ("postinst", "postrm"))
    assert "install -d" in made and "/var/lib/callboard" in made
    assert "rm -rf /var/lib/callboard" in gone.split("purge)")[1] and "deluser" in gone.split("purge)")[1]
    assert "rm " not in gone.split("purge)")[0], "only a purge takes data"


def test_the_changelog_begins_with_this_version(unpacked):
    text = gzip.decompress((unpacked / "usr/share/doc/callboard/changelog.gz").read_bytes()).decode()
    assert text.startswith(f"callboard ({version()}) ")


def test_the_copyright_names_every_library_of_the_web_client(unpacked):
    text = (unpacked / "usr/share/doc/callboard/copyright").read_text()
    for name in ("preact", "@preact/signals", "centrifuge", "@fontsource-variable/inter", "CLI11", "zxcvbn"):
        assert name in text, name
    assert len(text) < 100_000


def test_lintian_finds_no_error():
    done = subprocess.run(["lintian", "--no-cfg", "--allow-root", "--fail-on", "error", package()], cwd=TOP, capture_output=True, text=True,
                          timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
