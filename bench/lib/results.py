"""Medians, spreads, ratios and goals of what was measured, and the file they are written to."""

import datetime
import os
import platform
import re
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Report:
    """What a file of results says around its figures, and what callboard stands beside in it."""

    title: str
    intro: tuple  # lines
    beside: str  # the side that callboard's figures are compared with, and the heading of its column
    closing: str


BESIDE_PEER = Report(
    "Results",
    ("callboard commits every message to SQLite with synchronous writes before anyone sees it; the peer keeps",
     "everything in memory. Client and servers share the machine; ours and the peer's runs alternate. Every",
     "delivery was checked for loss, duplicates and order. How to run and read this: `bench/README.md`."),
    "peer", "The ratio says how many times better callboard is.")
BESIDE_REFERENCE = Report(
    "Results over PostgreSQL and Kafka",
    ("callboard commits every message to PostgreSQL with synchronous writes before anyone sees it, and publishes it",
     "to Kafka, acknowledged by all replicas. Client and servers share the machine; the runs of a round follow each",
     "other. Every message was checked for loss, duplicates and order. How to run and read this: `bench/README.md`."),
    "reference", "The ratio says how many times better callboard is than the reference that its line names.")


def median(values):
    return statistics.median(values) if values else None


def show(value, scale=1.0):
    """A number with three significant digits."""
    if value is None:
        return "-"
    value /= scale
    if value == 0:
        return "0"
    digits = max(0, 2 - int(f"{abs(value):e}".split("e")[1]))
    return f"{value:,.{digits}f}"


def spread(values, scale):
    return f"{show(min(values), scale)} - {show(max(values), scale)}" if values else "-"


def ratio(figure, ours, peer):
    """How many times better than the peer, as the median over rounds; None without both."""
    pairs = [(a, b) for a, b in zip(ours, peer) if a and b and a > 0 and b > 0]
    return median([b / a if figure.lower_is_better else a / b for a, b in pairs])


def in_words(figure, goal):
    """A goal in words."""
    if goal is None:
        return "-"
    if goal.times_peer is not None:
        return f">= {goal.times_peer:g}x peer"
    if goal.at_least is not None:
        return f">= {show(goal.at_least, figure.scale)} {figure.unit}"
    return f"<= {show(goal.at_most, figure.scale)} {figure.unit}"


def verdict(figure, goal, ours, peer):
    """The goal with 'pass' or 'missed' where that can be told."""
    words, value, times = in_words(figure, goal), median(ours), ratio(figure, ours, peer)
    if goal is None or value is None or (goal.times_peer is not None and times is None):
        return words
    if goal.times_peer is not None:
        good = times >= goal.times_peer
    elif goal.at_least is not None:
        good = value >= goal.at_least
    else:
        good = value <= goal.at_most
    return f"{words}: {'pass' if good else '**missed**'}"


def machine():
    """The machine in one line."""
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    return (f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB memory, "
            f"Linux {platform.release()}")


def version_of(top):
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=top, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def write(path, figures, measured, failures, notes, report=BESIDE_PEER):
    """Writes the Markdown file. measured: {(figure, side): values}; failures: texts; notes: (name, text) pairs."""
    beside = report.beside
    lines = [f"# {report.title}", "", *report.intro, ""]
    lines += [f"* {name}: {text}" for name, text in notes] + [""]
    lines += [f"| | figure | unit | callboard: median (spread) | {beside}: median (spread) "
              "| ratio | milestone | goal |",
              "|---|---|---|---|---|---|---|---|"]
    details = []
    for figure in figures:
        ours, others = measured.get((figure, "callboard"), []), measured.get((figure, beside), [])
        times = ratio(figure, ours, others)
        lines.append(f"| {figure.group} | {figure.what} | {figure.unit} "
                     f"| {show(median(ours), figure.scale)} ({spread(ours, figure.scale)}) "
                     f"| {show(median(others), figure.scale)} ({spread(others, figure.scale)}) "
                     f"| {'-' if times is None else f'{times:.2f}x'} "
                     f"| {verdict(figure, figure.milestone, ours, others)} "
                     f"| {verdict(figure, figure.goal, ours, others)} |")
        for what, key, unit, scale in figure.extra:
            values = [median(measured.get((figure, side, key), [])) for side in ("callboard", beside)]
            if any(value is not None for value in values):
                details.append(f"| {figure.group} | {figure.what} | {what} | {unit} "
                               f"| {show(values[0], scale)} | {show(values[1], scale)} |")
    lines += ["", report.closing]
    if details:
        lines += ["", "## More of the same runs (medians)", "",
                  f"| | figure | of it | unit | callboard | {beside} |", "|---|---|---|---|---|---|", *details]
    if failures:
        lines += ["", "## Runs that failed", "", *[f"* {text}" for text in failures]]
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
