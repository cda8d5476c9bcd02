"""The dependency rule of docs/architecture.md as functions over include lines and compiler dependency lists.

`messages` <- `actors/core` <- `actors`;  `messages` <- `adapters`;  `bin` sees all.
"""

import re

# Libraries by the path of their headers below an include folder.
LIBRARIES = {
    "caf": r"caf/",
    "boost": r"boost/",
    "pqxx": r"pqxx/|libpq-fe\.h|libpq/|postgresql/",
    "rdkafka": r"librdkafka/",
    "hiredis": r"hiredis/",
    "sqlite": r"sqlite3(ext)?\.h",
    "openssl": r"openssl/",
    "simdjson": r"simdjson(\.h|/)",
    "spdlog": r"spdlog/",
    "fmt": r"fmt/",
    "cli11": r"CLI/",
    "prometheus": r"prometheus/",
    "curl": r"curl/",
    "ical": r"libical/",
    "crypt": r"crypt\.h",
    "wslay": r"wslay/",
    "libedit": r"(histedit|editline/readline)\.h",
    "doctest": r"doctest/",
    "zlib": r"zlib\.h",
}

# What a layer may use of the project and of the libraries; None: everything. `indirect` may come in through a header of
# a lower layer, but no source of the layer names it.
LAYERS = {
    "messages": {"project": ("messages",), "libraries": ("caf",), "indirect": ()},
    "actors/core": {"project": ("messages", "actors/core"), "libraries": (), "indirect": ("caf",)},
    "actors": {"project": ("messages", "actors/core", "actors"), "libraries": ("caf",), "indirect": ()},
    "adapters": {"project": ("messages", "adapters"), "libraries": None, "indirect": ()},
}

STANDARD = re.compile(r"c\+\+/|[^/]+-linux-gnu/|(linux|asm|asm-generic|bits|sys|gnu|arpa|net|netinet|netpacket|rpc)/|[^/]+\.h$")
INCLUDE_FOLDER = re.compile(r"^(/usr/local/include|/usr/include|/usr/lib/gcc/[^/]+/[^/]+/include(-fixed)?)/(.*)$")
INCLUDE_LINE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of(path):
    """The layer a project path belongs to, or None."""
    parts = path.split("/")
    if parts[:2] == ["actors", "core"]:
        return "actors/core"
    return parts[0] if parts[0] in LAYERS else None


def library_of(header):
    """The library of a header path as written between angle brackets: a name, `standard`, or `unknown`."""
    for name, pattern in LIBRARIES.items():
        if re.match(pattern, header):
            return name
    if "/" not in header or STANDARD.match(header):
        return "standard"
    return "unknown"


def _project_fault(rule, header):
    if not re.match(r"(messages|actors|adapters|bin|tests)/", header):
        return None
    return None if layer_of(header) in rule["project"] else f"includes {header}"


def _library_fault(rule, header, allowed):
    if allowed is None:
        return None
    library = library_of(header)
    return None if library == "standard" or library in allowed else f"includes {header} (library: {library})"


def faults_of_source(path, text):
    """Forbidden includes written in a source of the project, as sentences."""
    rule = LAYERS.get(layer_of(path))
    if rule is None:
        return []
    found = []
    for bracket, header in INCLUDE_LINE.findall(text):
        fault = _project_fault(rule, header)
        if fault is None and bracket == "<":
            fault = _library_fault(rule, header, rule["libraries"])
        if fault:
            found.append(f"{path} {fault}")
    return found


def faults_of_object(path, dependencies, top):
    """Forbidden headers among those the compiler opened for an object of the source folder `path`, as sentences."""
    rule = LAYERS.get(layer_of(path))
    if rule is None:
        return []
    allowed = None if rule["libraries"] is None else rule["libraries"] + rule["indirect"]
    found = []
    for dependency in dependencies:
        inside = dependency.removeprefix(f"{top}/")
        system = INCLUDE_FOLDER.match(dependency)
        fault = _library_fault(rule, system.group(3), allowed) if system else _project_fault(rule, inside)
        if fault:
            found.append(f"{path} {fault}")
    return found


def parse_ninja_deps(text):
    """The output of `ninja -t deps` as {object: [dependency, ...]}."""
    found, current = {}, None
    for line in text.splitlines():
        if line.startswith("    "):
            found[current].append(line.strip())
        elif ": #deps" in line:
            current = line.split(": #deps")[0]
            found[current] = []
    return found


def source_folder_of(target):
    """The source folder and file of an object path such as `actors/core/CMakeFiles/x.dir/offsets.cpp.o`."""
    folder, _, rest = target.partition("/CMakeFiles/")
    return f"{folder}/{rest.split('/', 1)[1].removesuffix('.o')}" if "/" in rest else folder
