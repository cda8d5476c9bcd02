"""A man page, as man(7) of groff has it, of a program's tables."""

import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]

FILES = {
    "callboard": (
        (".env", "Options in the working directory, a line NAME=value each; the environment comes before it."),
        ("/etc/callboard/callboard.env", "The options of the service that the Debian package installs."),
        ("/var/lib/callboard", "The data directory of that service."),
    ),
    "callboard-cli": (),
}
ELSEWHERE = {"callboard": ("callboard-cli",), "callboard-cli": ("callboard",)}


def escaped(text):
    """Text as it is, not as requests of roff, with minus signs that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.splitlines())


def bold(text):
    """In bold."""
    return f"\\fB{escaped(text)}\\fR"


def tagged(tag, text):
    """A paragraph with a tag that hangs out."""
    return [".TP", tag, escaped(text)]


def option(entry):
    """An option: names, what it takes, its sentence, its default, its variable."""
    tag = ", ".join(map(bold, entry.names))
    takes = "|".join(entry.choices()) or entry.takes
    takes = "" if takes.startswith("TEXT") and not entry.names[0].startswith("-") else takes
    if takes:
        tag += f" \\fI{escaped(takes)}\\fR"
    after = ["required"] if entry.required else []
    after += [f"default {entry.default}"] if entry.default else []
    after += [f"variable {entry.variable}"] if entry.variable else []
    sentence = entry.sentence.rstrip(".") + (f" ({', '.join(after)})" if after else "") + "."
    return tagged(tag, sentence)


def usage(command):
    """How a command is called, on one line."""
    words = [bold(" ".join(command.words))]
    if command.settings() or len(command.own_options()) > 1:  # --help alone is no news
        words.append("[\\fIoption\\fR]...")
    words += [f"[\\fI{escaped(entry.names[0])}\\fR]" + ("..." if "..." in entry.takes else "") if not entry.required
              else f"\\fI{escaped(entry.names[0])}\\fR" for entry in command.operands()]
    return " ".join(words)


def exit_codes():
    """{code: meaning} as docs/operations.md has it, for the server."""
    text = (TOP / "docs/operations.md").read_text()
    table = text.split("| exit code | |\n|---|---|\n", 1)[1].split("\n\n")[0]
    return dict(re.fullmatch(r"\| (\d+) \| (.*) \|", line).groups() for line in table.splitlines())


def commands(program):
    """The section on a program's commands."""
    lines = [".SH COMMANDS"]
    for command in program.all():
        if command is program or command.commands:
            continue
        lines += [".TP", usage(command), escaped(command.sentence)]
        own = [entry for entry in command.own_options() if "--help" not in entry.names]
        own += command.operands()
        if own:
            lines += [".RS", *(line for entry in own for line in option(entry)), ".RE"]
    return lines


def page(program):
    """The page of a program."""
    name = program.words[0]
    first, _, more = program.sentence.removeprefix(f"{name}: ").partition("\n")
    summary = re.split(r"[:.] ", first)[0].rstrip(".")
    lines = [f'.\\" Written by scripts/document-commands from {name} --help.', f'.TH {name.upper()} 1 "" callboard ""', ".SH NAME",
             f"{escaped(name)} \\- {escaped(summary[0].lower() + summary[1:])}", ".SH SYNOPSIS"]
    lines += [f"{bold(name)} \\fIcommand\\fR [\\fIoption\\fR]..."] if program.commands else [usage(program)]
    lines += [".SH DESCRIPTION", escaped(first[0].upper() + first[1:])]
    lines += [".PP", escaped(more)] if more else []
    if program.footer:
        heading, *rest = program.footer.split("\n")
        lines += [".PP", escaped(heading)] + [line for each in rest for line in (".br", escaped(each.strip()))]
    if program.commands:
        lines += commands(program)
    shared = next((command.settings() for command in program.all() if command.settings()), ())
    if shared:
        lines += [".SH OPTIONS", escaped("The commands that work with the server or its store take all of these. Each is also a "
                                         "variable: CALLBOARD_DATA_DIR for --data-dir.")]
        for heading, entries in shared:
            lines += [f'.SS "{escaped(heading)}"', *(line for entry in entries for line in option(entry))]
    else:
        lines += [".SH OPTIONS", *(line for entry in program.own_options() for line in option(entry))]
    if FILES[name]:
        lines += [".SH FILES", *(line for path, text in FILES[name] for line in tagged(f"\\fI{escaped(path)}\\fR", text))]
    lines.append(".SH EXIT STATUS")
    codes = exit_codes() if program.commands else {"0": "All worked.", "1": "A command failed.", "2": "Wrong usage."}
    lines += [line for code, meaning in codes.items() for line in tagged(bold(code), meaning[0].upper() + meaning[1:].rstrip(".") + ".")]
    lines += [".SH SEE ALSO", ", ".join(f"{bold(other)}(1)" for other in ELSEWHERE[name]) + ","]
    lines.append("\\fI/usr/share/doc/callboard/operations.md\\fR")
    return "\n".join(lines) + "\n"
