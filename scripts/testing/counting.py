"""Reading how many tests passed and failed from what the frameworks report."""

import re
import xml.etree.ElementTree


class Count:
    """Passed, failed and skipped tests and the names of the failed ones. `reported` is false if nothing was found."""

    def __init__(self, passed=0, failed=0, skipped=0, failures=(), reported=True):
        self.passed = passed
        self.failed = failed
        self.skipped = skipped
        self.failures = list(failures)
        self.reported = reported


NOTHING = Count(reported=False)


def of_doctest(text):
    """From doctest's last lines; the names of failed cases stand in blocks that end with an ERROR line."""
    found = re.findall(r"\[doctest\] test cases:\s*(\d+) \|\s*(\d+) passed \|\s*(\d+) failed(?: \|\s*(\d+) skipped)?", text)
    if not found:
        return NOTHING
    _, passed, failed, skipped = found[-1]
    names = []
    for block in re.split(r"^={20,}$", text, flags=re.MULTILINE):
        name = re.search(r"^TEST CASE:\s*(.*)$", block, flags=re.MULTILINE)
        if name and re.search(r"\bERROR:", block) and name.group(1).strip() not in names:
            names.append(name.group(1).strip())
    return Count(int(passed), int(failed), int(skipped or 0), names)


def of_junit(path):
    """From a JUnit file, as pytest and vitest write it."""
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return NOTHING
    passed = failed = skipped = 0
    names = []
    for case in root.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            names.append(f"{case.get('classname', '')}::{case.get('name', '')}")
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return Count(passed, failed, skipped, names)


def of_tap(text):
    """From the last lines of the test runner of node in its `tap` form; a test with subtests counts beside them."""
    numbers = {name: int(value) for name, value in re.findall(r"^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$", text,
                                                              flags=re.MULTILINE)}
    if "tests" not in numbers:
        return NOTHING
    names = [name.strip() for name in re.findall(r"^\s*not ok \d+ - (.*)$", text, flags=re.MULTILINE)
             if "# SKIP" not in name and "# TODO" not in name]
    return Count(numbers.get("pass", 0), numbers.get("fail", 0) + numbers.get("cancelled", 0), numbers.get("skipped", 0), names)
