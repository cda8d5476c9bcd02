"""Completion for bash of a program's commands, options and values."""

FOLDERS, ANY_FILE = "directory", "file"

FRAME = """# bash completion of {name}; written by scripts/document-commands from {name} --help.

# {function}_words CURRENT WORD...: offers those of the words that begin with CURRENT.
{function}_words() {{
  local current=$1
  shift
  mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current")
}}

# {function}_files CURRENT f|d: offers files, or directories.
{function}_files() {{
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen "-$2" -- "$1")
}}

{function}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command='' word
{settings}  COMPREPLY=()
  # bash takes the `=` of --option=value for a word.
  if [ "$current" = = ]; then
    current=
  elif [ "$previous" = = ]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "${{command:+$command }}$word" in
{known}
    esac
  done
  case "$previous" in
{values}
  esac
  case "$command" in
{offers}
  esac
}}
complete -F {function} {name}
"""

SETTINGS = """\
  # Those that all commands take which work with the server or its store.
  local settings="{names}"
"""


def values_of(entry):
    """The statement that offers an option's values."""
    if entry.choices():
        return f'{{function}}_words "$current" {" ".join(entry.choices())}'
    takes = entry.takes.partition(" ")[0].lower()
    if takes == FOLDERS:
        return '{function}_files "$current" d'
    if takes == ANY_FILE or entry.names[0] in ("FILE", "--ca"):
        return '{function}_files "$current" f'
    return ""


def long_names(entries):
    """The names of options that are written out."""
    return [name for entry in entries for name in entry.names if name.startswith("--")]


def values_by_command(spelt):
    """The statement for an option that several commands have: `spelt` is a list of (command's words, Entry)."""
    by_values = {}
    for words, entry in spelt:
        by_values.setdefault(values_of(entry), []).append(" ".join(words[1:]))
    if len(by_values) == 1:
        return next(iter(by_values))
    cases = [f"""        {" | ".join(f'"{path}"' for path in paths)}) {statement or ":"} ;;"""
             for statement, paths in by_values.items()]
    return "\n".join(['case "$command" in', *cases, "      esac"])


def script(program):
    """The completion of a program."""
    function = "_" + program.words[0].replace("-", "_")
    spelt = {}  # by option: commands may have one of the same name with other values
    for command in program.all():
        for entry in command.options():
            if entry.takes:
                for name in entry.names:
                    spelt.setdefault(name, []).append((command.words, entry))
    values = {}
    for name, found in spelt.items():
        values.setdefault(values_by_command(found), set()).add(name)
    lines = [f"    {' | '.join(sorted(names))})\n      {(statement or ':').format(function=function)}\n      return\n      ;;"
             for statement, names in sorted(values.items())]
    paths = [" ".join(command.words[1:]) for command in program.all() if len(command.words) > 1]
    known = "\n".join(f'      "{path}") command="{path}" ;;' for path in paths) or "      *) ;;"
    shared = next((command.settings() for command in program.all() if command.settings()), ())
    settings = SETTINGS.format(names=" ".join(long_names(entry for _, entries in shared for entry in entries))) if shared else ""
    return FRAME.format(name=program.words[0], function=function, known=known, settings=settings, values="\n".join(lines),
                        offers="\n".join(offers(program, function)))


def offers(program, function):
    """The branches that offer, for each command, its commands, options and operands."""
    for command in program.all():
        options = long_names(command.own_options()) + ['"$settings"'] * bool(command.settings())
        files = [values_of(entry) for entry in command.operands() if values_of(entry)]
        yield f'    "{" ".join(command.words[1:])}")'
        words = [each.words[-1] for each in command.commands]
        if files or words:
            yield f'      if [ "${{current:0:1}}" != - ]; then'
            yield f"        {files[0].format(function=function)}" if files else f'        {function}_words "$current" {" ".join(words)}'
            yield "      else"
            yield f'        {function}_words "$current" {" ".join(options)}'
            yield "      fi"
        else:
            yield f'      {function}_words "$current" {" ".join(options)}'
        yield "      ;;"
