"""Reads the help of a program, and of its commands, into tables."""

import dataclasses
import os
import re
import subprocess

# As CLI11 lays it out: two columns, the second beginning at this one, and a name too long for the first on its own line.
COLUMN = 30
OPTIONS, OPERANDS = "Options", "Positionals"  # its headings
ENTRY = re.compile(r"  (?P<names>\S.*?)(?:  +(?P<sentence>\S.*))?$")


@dataclasses.dataclass(frozen=True)
class Entry:
    """An option, or a word of the command line: how it is written, and what it does."""

    names: tuple  # ("-h", "--help"), or ("FILE",)
    takes: str  # what a value looks like; empty: it takes none
    default: str
    sentence: str
    variable: str = ""
    required: bool = False

    def choices(self):
        """The values, if there are only these."""
        found = re.fullmatch(r"(?:TEXT:)?\{(.*)\}", self.takes)
        if found:
            return tuple(found.group(1).split(","))
        return tuple(self.takes.split("|")) if "|" in self.takes else ()


@dataclasses.dataclass(frozen=True)
class Command:
    """A program, or a command of one: `words` lead to it."""

    words: tuple
    sentence: str
    groups: tuple  # ((heading, (Entry, ...)), ...)
    commands: tuple  # of Command
    footer: str = ""

    def all(self):
        """It and every command below it."""
        yield self
        for each in self.commands:
            yield from each.all()

    def options(self):
        """All of its options, whatever their heading."""
        return [entry for heading, found in self.groups for entry in found if heading != OPERANDS]

    def own_options(self):
        """Those that are not the settings of the server, which many commands take."""
        return [entry for heading, found in self.groups for entry in found if heading == OPTIONS]

    def settings(self):
        """The settings of the server by heading, if it takes them."""
        return tuple((heading, found) for heading, found in self.groups if heading not in (OPTIONS, OPERANDS))

    def operands(self):
        """The words that it takes beside options."""
        return [entry for heading, found in self.groups for entry in found if heading == OPERANDS]


def said(program, words):
    """What the program says of a command, in English, whatever is set around here."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    done = subprocess.run([program, *words, "--help"], env={**environment, "LC_ALL": "C"}, capture_output=True, text=True,
                          timeout=20, check=True)
    return done.stdout


def entry_of(names, sentence):
    """One line of a table, such as `-h,--help`, `--node NAME [node-1]` or `--role TEXT:{admin,user}=admin`."""
    variable = re.search(r" \(Env:(\w+)\)$", names)
    names = names[: variable.start()] if variable else names
    spelt, _, rest = names.removesuffix(" REQUIRED").partition(" ")
    default = re.fullmatch(r"(.*) \[(.*)\]", rest) or re.fullmatch(r"([A-Z]+(?::\{.*\})?)=(.*)", rest)
    takes, default = default.groups() if default else (rest, "")
    return Entry(tuple(spelt.split(",")), takes, default, sentence, variable.group(1) if variable else "",
                 names.endswith(" REQUIRED"))


def table(lines):
    """The entries of one group."""
    found, waiting = [], None
    for line in lines:
        if line.startswith(" " * COLUMN) and waiting:
            found[-1] = entry_of(waiting, line.strip())
            waiting = None
            continue
        matched = ENTRY.fullmatch(line)
        if matched is None:
            raise ValueError(f"a line of help that is laid out in another way: {line!r}")
        names, sentence = matched.group("names"), matched.group("sentence") or ""
        found.append(entry_of(names, sentence))
        waiting = None if sentence else names
    return tuple(found)


def read(program, words=()):
    """A program with all its commands."""
    about, _, rest = said(program, words).partition("\nUsage: ")
    blocks = [block.strip("\n") for block in rest.partition("\n")[2].split("\n\n")]
    groups, commands, footer = [], (), ""
    for block in filter(None, blocks):
        heading, *lines = block.split("\n")
        if heading == "Subcommands:":
            commands = tuple(read(program, (*words, entry.names[0])) for entry in table(lines))
        elif re.fullmatch(r"[A-Z][\w ,-]+:", heading):
            groups.append((heading[:-1], table(lines)))
        else:
            footer = block
    return Command((program.name, *words), about.strip(), tuple(groups), commands, footer)
