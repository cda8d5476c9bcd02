"""The five-minute tour of README.md works as it is written: its commands, in order, in one shell, on a fresh server."""

import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("CALLBOARD_BIN_DIR", TOP / "build/bin"))
DEFAULT_ADDRESS = "127.0.0.1:8080"
MARK = "=== end of step ==="


def tour(text):
    """The steps of the tour as (commands, output or None)."""
    part = text.split("## Five-minute tour", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"^```(sh|text)\n(.*?)^```$", part, flags=re.MULTILINE | re.DOTALL)
    steps = []
    for kind, body in blocks:
        if kind == "sh":
            steps.append([body, None])
        else:
            assert steps and steps[-1][1] is None, "an output without its commands"
            steps[-1][1] = body
    return [tuple(step) for step in steps]


def agrees(shown, printed):
    """Whether an output is as shown, where `…` stands for anything within a line."""
    pattern = "[^\n]*".join(map(re.escape, shown.strip().split("…")))
    return re.fullmatch(pattern, printed.strip()) is not None


@pytest.fixture
def address(tmp_path):
    """host:port of a fresh server."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    output = tmp_path / "server.txt"
    with open(output, "wb") as file:
        server = subprocess.Popen([PROGRAMS / "callboard", "serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data",
                                   "--bcrypt-cost", "10", "--hasher-wait", "2m"],
                                  stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment)
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"callboard listening on http://(\S+)", output.read_text(errors="replace"))):
            assert server.poll() is None and time.monotonic() < deadline, output.read_text(errors="replace")
            time.sleep(0.01)
        yield found.group(1)
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0, output.read_text(errors="replace")
    finally:
        server.kill()
        server.wait()


def test_every_command_of_the_tour_works_and_prints_what_is_shown(address):
    steps = tour((TOP / "README.md").read_text())
    assert len(steps) >= 5
    script = "set -euo pipefail\n" + "".join(f"{commands}echo '{MARK}'\n" for commands, _ in steps)
    assert DEFAULT_ADDRESS in script and "build/bin/" in script
    script = script.replace(DEFAULT_ADDRESS, address).replace("build/bin/", f"{PROGRAMS}/")
    done = subprocess.run(["bash"], input=script, cwd=TOP, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "CALLBOARD_URL": f"http://{address}", "no_proxy": "*"}, check=False)
    printed = done.stdout.split(f"{MARK}\n")
    for number, ((commands, shown), output) in enumerate(zip(steps, printed), 1):
        assert shown is None or agrees(shown, output), \
            f"step {number}:\n{commands}\nREADME.md shows:\n{shown}\nprinted:\n{output}\n{done.stderr}"
    assert done.returncode == 0, f"the tour ended with {done.returncode} after step {len(printed) - 1}: {done.stderr}"
    assert len(printed) == len(steps) + 1


def test_the_comparison_can_fail():
    assert agrees('{"offset":…,"duplicate":false}\n', '{"offset":3,"duplicate":false}')
    assert not agrees('{"offset":…,"duplicate":false}', '{"offset":3,"duplicate":true}')
    assert not agrees("a\n…", "a\nb\nc")


def test_the_tour_is_cut_into_steps():
    text = "## Five-minute tour\n```sh\na\n```\n```text\nb\n```\ntext\n```sh\nc\n```\n## Next\n```sh\nd\n```\n"
    assert tour(text) == [("a\n", "b\n"), ("c\n", None)]
