"""Tests of how benchmark results are judged and written, and of the choice of a Go compiler."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "lib"))

import results  # noqa: E402
import toolchain  # noqa: E402
from plan import PLAN, Figure, Goal  # noqa: E402

MORE = Figure("X", "more is better", "rate", "k/s", ("m",), scale=1000)
LESS = Figure("Y", "less is better", "time", "ms", ("m",), lower_is_better=True)


class Judging(unittest.TestCase):
    def test_ratio_is_above_one_where_ours_is_better(self):
        self.assertEqual(results.ratio(MORE, [200, 300, 400], [100, 100, 100]), 3)
        self.assertEqual(results.ratio(LESS, [2, 2, 2], [4, 6, 8]), 3)

    def test_ratio_takes_the_median_of_rounds_run_side_by_side(self):
        self.assertEqual(results.ratio(MORE, [100, 400, 90], [100, 100, 30]), 3)

    def test_no_ratio_without_both_sides_or_from_nonsense(self):
        self.assertIsNone(results.ratio(MORE, [100], []))
        self.assertIsNone(results.ratio(LESS, [-3], [2]))

    def test_each_kind_of_goal_passes_and_misses(self):
        cases = [(MORE, Goal(times_peer=2), [200], [100], [199], [100]), (MORE, Goal(at_least=50), [50], [], [49], []),
                 (LESS, Goal(at_most=3), [3], [], [3.1], []), (LESS, Goal(times_peer=1), [4], [4], [5], [4])]
        for figure, goal, ours, peer, worse, worse_peer in cases:
            self.assertTrue(results.verdict(figure, goal, ours, peer).endswith(": pass"), goal)
            self.assertTrue(results.verdict(figure, goal, worse, worse_peer).endswith(": **missed**"), goal)

    def test_nothing_is_claimed_without_a_measurement(self):
        self.assertEqual(results.verdict(MORE, Goal(times_peer=2), [200], []), ">= 2x peer")
        self.assertEqual(results.verdict(LESS, Goal(at_most=3), [], []), "<= 3.00 ms")
        self.assertEqual(results.verdict(LESS, None, [1], []), "-")

    def test_numbers_keep_three_significant_digits(self):
        shown = [results.show(value) for value in (None, 0, 0.04567, 1.5, 12.34, 123.4, 12345)]
        self.assertEqual(shown, ["-", "0", "0.0457", "1.50", "12.3", "123", "12,345"])


class Writing(unittest.TestCase):
    def test_a_row_a_figure_and_the_failed_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "R.md"
            measured = {(MORE, "callboard"): [3000, 2000, 4000], (MORE, "peer"): [1000, 1000, 1000]}
            results.write(path, [MORE, LESS], measured, ["X, peer, round 2: lost"], [("date", "today")])
            text = path.read_text()
        self.assertIn("| X | more is better | k/s | 3.00 (2.00 - 4.00) | 1.00 (1.00 - 1.00) | 3.00x | - | - |", text)
        self.assertIn("| Y | less is better | ms | - (-) | - (-) | - | - | - |", text)
        self.assertIn("* X, peer, round 2: lost", text)

    def test_every_figure_of_the_plan_has_a_goal(self):
        for figure in PLAN:
            self.assertIsNotNone(figure.goal, figure.what)


class FindingGo(unittest.TestCase):
    def find(self, version):
        with tempfile.TemporaryDirectory() as folder:
            go = Path(folder) / "go"
            go.write_text(f"#!/bin/sh\necho go version go{version} linux/amd64\n")
            go.chmod(0o755)
            with mock.patch.object(toolchain.shutil, "which", return_value=str(go)), \
                    mock.patch.object(toolchain.os, "access", side_effect=lambda path, _: path == str(go)):
                return toolchain.find_go()[1]

    def test_new_enough(self):
        self.assertEqual(self.find("1.24.3"), {})

    def test_new_enough_to_fetch_a_newer_one(self):
        self.assertEqual(self.find("1.23.5"), {"GOTOOLCHAIN": "auto"})

    def test_too_old_says_what_to_do(self):
        with self.assertRaisesRegex(toolchain.Missing, r"needs Go 1\.24 or newer .*is 1\.19"):
            self.find("1.19.8")


if __name__ == "__main__":
    unittest.main()
