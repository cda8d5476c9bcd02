"""The man pages and the completion are what the programs say of themselves, and are laid out without complaint."""

import subprocess
import sys

import pytest

from support import PROGRAMS, TOP, run

sys.path.insert(0, str(TOP / "scripts"))
from commands import helptext, manual  # noqa: E402

NAMES = ("callboard", "callboard-cli")


def complaints(page):
    """What groff says of a page, with every warning."""
    return subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=page, capture_output=True, text=True, timeout=60,
                          check=True).stderr


def shown(name):
    """A page as a reader sees it, without its bold and italics."""
    formatted = run("groff", "-man", "-Tutf8", "-P-cbou", "-rLL=200n", TOP / f"packaging/man/{name}.1")
    return " ".join(formatted.split())


def test_they_are_what_the_programs_say():
    done = subprocess.run([TOP / "scripts/document-commands", "--check"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_laid_out_without_a_warning(name):
    assert complaints((TOP / f"packaging/man/{name}.1").read_text()) == ""


def test_the_search_for_warnings_can_fail():
    assert "warning" in complaints('.TH A 1\n.SH NAME\n\\fQ x\n.no-such-request\n')


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_every_option_command_and_sentence(name):
    text = shown(name).replace("‐ ", "").replace("\N{HYPHEN}", "-")
    for command in helptext.read(PROGRAMS / name).all():
        assert command.commands or " ".join(command.words) in text
        for entry in command.options():
            if entry.names != ("-h", "--help"):
                assert ", ".join(entry.names) in text, entry.names


def test_exit_codes_are_those_of_the_documents():
    codes = manual.exit_codes()
    assert {"0", "1", "2", "3", "4", "130"} == set(codes)
    assert all(meaning for meaning in codes.values())


def test_a_line_of_text_is_never_a_request():
    assert manual.escaped(".env\n'x'\na\\b --c") == "\\&.env\n\\&'x'\na\\eb \\-\\-c"


def test_help_that_is_laid_out_in_another_way_is_refused():
    with pytest.raises(ValueError):
        helptext.table(["an option without its two spaces"])


def test_the_parts_of_an_option_are_told_apart():
    entry = helptext.entry_of("--role TEXT:{admin,user}=admin", "x")
    assert (entry.choices(), entry.default, entry.required) == (("admin", "user"), "admin", False)
    entry = helptext.entry_of("--url TEXT=http://127.0.0.1 (Env:CALLBOARD_URL)", "x")
    assert (entry.takes, entry.default, entry.variable) == ("TEXT", "http://127.0.0.1", "CALLBOARD_URL")
    assert helptext.entry_of("--user TEXT REQUIRED", "x").required
    assert helptext.entry_of("--readers 1..64 [2]", "x").default == "2"


