"""Reading how many tests passed and failed from what the frameworks report."""

import re
import textwrap
import xml.etree.ElementTree


DETAIL_LINES = 15


class Count:
    """Passed, failed and skipped tests, the names of the failed ones and the beginnings of what each said.

    `reported` is false if nothing was found.
    """

    def __init__(self, passed=0, failed=0, skipped=0, failures=(), reported=True, details=None):
        self.passed = passed
        self.failed = failed
        self.skipped = skipped
        self.failures = list(failures)
        self.reported = reported
        self.details = dict(details or {})


def _beginning(text):
    """The first lines of what a failed test said, without empty ones."""
    lines = [line.rstrip() for line in textwrap.dedent(text).splitlines() if line.strip()]
    return lines[:DETAIL_LINES] + (["..."] if len(lines) > DETAIL_LINES else [])


NOTHING = Count(reported=False)


def of_doctest(text):
    """From doctest's last lines; the names of failed cases stand in blocks that end with an ERROR line."""
    found = re.findall(r"\[doctest\] test cases:\s*(\d+) \|\s*(\d+) passed \|\s*(\d+) failed(?: \|\s*(\d+) skipped)?", text)
    if not found:
        return NOTHING
    _, passed, failed, skipped = found[-1]
    details = {}
    text = re.sub(r"^\d+\.\d+ s: .*\n", "", text, flags=re.MULTILINE)  # durations, in between
    for block in re.split(r"^={20,}$", text, flags=re.MULTILINE):
        name = re.search(r"^TEST CASE:\s*(.*)$", block, flags=re.MULTILINE)
        if name and re.search(r"\bERROR:", block):
            details.setdefault(name.group(1).strip(), _beginning(block[name.end():]))
    return Count(int(passed), int(failed), int(skipped or 0), details, details=details)


def of_junit(path):
    """From a JUnit file, as pytest and vitest write it."""
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return NOTHING
    passed = failed = skipped = 0
    names, details = [], {}
    for case in root.iter("testcase"):
        faults = [*case.findall("failure"), *case.findall("error")]
        if faults:
            failed += 1
            names.append(f"{case.get('classname', '')}::{case.get('name', '')}")
            details[names[-1]] = _beginning(faults[0].text or faults[0].get("message", ""))
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return Count(passed, failed, skipped, names, details=details)


def of_tap(text):
    """From the last lines of the test runner of node in its `tap` form; a test with subtests counts beside them."""
    numbers = {name: int(value) for name, value in re.findall(r"^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$", text,
                                                              flags=re.MULTILINE)}
    if "tests" not in numbers:
        return NOTHING
    names, details = [], {}
    for found in re.finditer(r"^\s*not ok \d+ - (.*)\n(\s*---\n[\s\S]*?^\s*\.\.\.$)?", text, flags=re.MULTILINE):
        name = found.group(1).strip()
        if "# SKIP" in name or "# TODO" in name:
            continue
        names.append(name)
        details[name] = _beginning(re.sub(r"^\s*(---|\.\.\.|duration_ms: .*)$", "", found.group(2) or "", flags=re.MULTILINE))
    failed = numbers.get("fail", 0) + numbers.get("cancelled", 0)
    return Count(numbers.get("pass", 0), failed, numbers.get("skipped", 0), names, details=details)
