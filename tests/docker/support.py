"""Reading the files of docker/."""

import os
import pathlib
import re
import subprocess

import yaml

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDER = TOP / "docker"
PROGRAMS = pathlib.Path(os.environ.get("CALLBOARD_BIN_DIR", TOP / "build/bin"))
SECRETS = {"GRAFANA_PASSWORD": "a word that nobody guesses", "POSTGRES_PASSWORD": "0123456789abcdef" * 4, "CALLBOARD_SECRET": "c3b1f07e9a5d482261d84e7fa0b93c5578ee12f6490ba7dd3c61085f92e4ab17"}


class Instruction:
    """One instruction of a Dockerfile: its word in capitals, what follows in one line, and the stage it is in."""

    def __init__(self, word, rest, stage):
        self.word, self.rest, self.stage = word, rest, stage


def instructions(text):
    """The instructions of a Dockerfile. A stage without a name is called after its number."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    found, stages = [], 0
    for line in filter(str.strip, joined.splitlines()):
        word, rest = line.split(None, 1)
        if word.upper() == "FROM":
            named = re.search(r"\bAS\s+(\S+)", rest, flags=re.IGNORECASE)
            stage, stages = named.group(1) if named else str(stages), stages + 1
        found.append(Instruction(word.upper(), " ".join(rest.split()), stage))
    return found


def assignments(rest):
    """The NAME=VALUE pairs of an ENV or LABEL."""
    return dict(re.findall(r'(\S+?)="?([^"\s]*)"?(?:\s|$)', rest))


def variables_of(path):
    """The NAME=VALUE lines of an environment file."""
    return dict(re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", path.read_text(), flags=re.MULTILINE))


def compose(environment_file, *further):
    """What docker-compose makes of compose.yaml, and of further files over it, with these variables: its exit code, its
    answer, its complaint."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("CALLBOARD_", "COMPOSE_", "GRAFANA_", "POSTGRES_"))}
    files = [word for name in ("compose.yaml", *further) for word in ("--file", FOLDER / name)]
    done = subprocess.run(["docker-compose", *files, "--env-file", environment_file, "config"],
                          capture_output=True, text=True, timeout=60, check=False, env=environment)
    return done.returncode, yaml.safe_load(done.stdout) if done.returncode == 0 else None, done.stderr


def option_names():
    """The variables that the program takes."""
    printed = subprocess.run([PROGRAMS / "callboard", "config", "example"], capture_output=True, text=True, timeout=60,
                             check=True, env={"PATH": os.environ["PATH"]}).stdout
    return set(re.findall(r"^#(CALLBOARD_[A-Z0-9_]+)=", printed, flags=re.MULTILINE))
