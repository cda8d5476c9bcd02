"""The completion, sourced in bash and asked as bash asks it."""

import json
import subprocess
import sys

import pytest

from support import PROGRAMS, TOP

sys.path.insert(0, str(TOP / "scripts"))
from commands import helptext  # noqa: E402

# bash calls the function with the words typed so far; the answers are in COMPREPLY. No start files: no other completion.
ASK = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$(complete -p "$1" | sed 's/.* -F \\([^ ]*\\) .*/\\1/')" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def answers(*words, cwd=TOP):
    """What is offered for the last of these words."""
    script = TOP / "packaging/completion" / words[0]
    done = subprocess.run(["bash", "--norc", "--noprofile", "-uo", "pipefail", "-c", ASK, "bash", script, *words], cwd=cwd,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return set(filter(None, done.stdout.split("\n")))


@pytest.mark.parametrize("command", list(helptext.read(PROGRAMS / "callboard").all()), ids=lambda command: " ".join(command.words))
def test_every_command_and_option_is_offered(command):
    names = {name for entry in command.options() for name in entry.names if name.startswith("--")}
    assert answers(*command.words, "--") == names
    if command.commands:
        assert answers(*command.words, "") == {each.words[-1] for each in command.commands}


def test_what_was_begun_is_completed():
    assert answers("callboard", "mig") == {"migrate"}
    assert answers("callboard", "admin", "keys", "r") == {"rotate", "retire"}
    assert answers("callboard", "serve", "--tls-c") == {"--tls-cert"}
    assert answers("callboard", "serve", "--listen", "127.0.0.1:1", "--nod") == {"--node"}
    assert answers("callboard", "nonsense") == set()


def test_values_are_offered_where_they_are_known():
    assert answers("callboard", "serve", "--log-format", "") == {"console", "json"}
    assert answers("callboard", "serve", "--log-format", "=", "j") == {"json"}, "as bash cuts --log-format=j"
    assert answers("callboard", "serve", "--log-format", "=") == {"console", "json"}
    assert answers("callboard", "admin", "create", "--role", "") == {"admin", "user"}
    assert answers("callboard", "serve", "--node", "") == set()


def test_files_and_directories_are_offered(tmp_path):
    (tmp_path / "accounts.ndjson").write_text(json.dumps({}))
    (tmp_path / "data").mkdir()
    assert answers("callboard", "admin", "import", "", cwd=tmp_path) == {"accounts.ndjson", "data"}
    assert answers("callboard", "serve", "--data-dir", "", cwd=tmp_path) == {"data"}
    assert answers("callboard", "serve", "--tls-cert", "acc", cwd=tmp_path) == {"accounts.ndjson"}
    assert answers("callboard-cli", "--ca", "acc", cwd=tmp_path) == {"accounts.ndjson"}


def test_options_of_the_terminal_client():
    assert answers("callboard-cli", "--") == {"--help", "--version", "--url", "--ca", "--lang", "--no-color"}


def test_it_passes_shellcheck():
    done = subprocess.run(["shellcheck", "--shell=bash", *(TOP / "packaging/completion").iterdir()], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stdout
