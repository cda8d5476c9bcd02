"""Tests of the benchmarks over services: what is held against the acknowledged messages, and how a rise is timed."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "lib"))

import load  # noqa: E402
import measurements  # noqa: E402
import results  # noqa: E402
import scrape  # noqa: E402
import topics  # noqa: E402
from acknowledged import check_published  # noqa: E402
from record import Record  # noqa: E402
from servers import Failed  # noqa: E402
from services_plan import SERVICES_PLAN  # noqa: E402

INGESTED = ["r-0-1", "r-1-1", "r-0-2", "r-1-2"]


class Published(unittest.TestCase):
    def test_senders_may_mix_and_runs_follow_each_other(self):
        check_published([*INGESTED, "s-0-1"], {"r": 4, "s": 1})
        check_published(["r-1", "r-2", "r-3"], {"r": 3})

    def test_what_must_not_happen_is_found(self):
        cases = [("lost: r-0-3", ["r-0-1", "r-0-3"]), ("doubled: r-1-2", [*INGESTED, "r-1-2"]),
                 ("lost: r-0-2", ["r-0-2", "r-0-1"]), ("unexpected: t-0-1", ["t-0-1", *INGESTED]),
                 ("0 of 4", []), ("3 of 4", INGESTED[:3])]
        for what, keys in cases:
            with self.assertRaisesRegex(Failed, what):
                check_published(keys, {"r": 4})


class Rising(unittest.TestCase):
    def rise(self, looks, count):
        scraper = mock.Mock()
        scraper.name = "total"
        scraper.read.side_effect = looks
        return scrape.time_rise(scraper, count, 10, pause=0)

    def test_the_time_begins_with_the_last_look_before_the_rise(self):
        self.assertEqual(self.rise([(0, 1.0), (0, 2.0), (50, 2.5), (100, 4.0)], 100), (100, 2.0))

    def test_what_had_risen_before_the_first_look_does_not_count(self):
        self.assertEqual(self.rise([(20, 1.0), (100, 2.0)], 100), (80, 1.0))

    def test_it_does_not_wait_for_ever(self):
        with self.assertRaisesRegex(Failed, "total is 5 of 100"):
            self.rise([(0, 1.0), (5, 2.0), (5, 30.0)], 100)


class Measuring(unittest.TestCase):
    def setting(self, printed):
        made = mock.MagicMock()
        made.tool.return_value = printed
        return made

    def test_what_the_programs_print_is_read(self):
        found = measurements.measure_store(self.setting("81234 messages/s in batches of 1000 over 1000 rooms; ..."))
        self.assertEqual(found, {"reference": {"accepted_per_second": 81234}})
        found = measurements.measure_access(self.setting("from memory: 900000 checks/s, p50 12.5 us, p99 30.0 us; "
                                                         "by a query: 9000 checks/s, p50 900.1 us, p99 2000.0 us\n"))
        self.assertEqual(found["callboard"], {"checks_per_second": 900000, "p50_us": 12.5, "p99_us": 30})
        self.assertEqual(found["reference"], {"checks_per_second": 9000, "p50_us": 900.1, "p99_us": 2000})

    def test_what_cannot_be_read_fails_the_run(self):
        for take in (measurements.measure_store, measurements.measure_access):
            with self.assertRaisesRegex(Failed, "printed: nonsense"):
                take(self.setting("nonsense"))

    def test_options_of_a_smoke_run_replace_those_of_the_same_name(self):
        merged = load.merged(("m", "--a", 1, "--b", 2), ("--b", 3, "--c", 4))
        self.assertEqual(merged, ["m", "--a", 1, "--b", 3, "--c", 4])

    def test_quantiles(self):
        self.assertEqual([measurements.quantile(range(100), part) for part in (0, 0.5, 0.99, 1)], [0, 50, 99, 99])

    def test_times_of_events_are_milliseconds(self):
        self.assertEqual(topics.milliseconds_of("1970-01-01T00:01:00.007Z"), 60_007)


class Writing(unittest.TestCase):
    def test_the_reference_stands_beside_callboard_in_the_table(self):
        with tempfile.TemporaryDirectory() as folder:
            record = Record(Path(folder) / "runs")
            figures = SERVICES_PLAN[0].figures
            with mock.patch("sys.stderr"):
                record.add(figures, "callboard", 1, {"accepted_per_second": 40_000, "answer_p50_ms": 5})
                record.add(figures, "reference", 1, {"accepted_per_second": 80_000})
                record.fail("F3, ingest, round 2", "lost")
            path = Path(folder) / "R.md"
            results.write(path, figures, record.measured, record.failures, [], results.BESIDE_REFERENCE)
            text = path.read_text()
            self.assertEqual(len(record.runs.read_text().splitlines()), 2)
        self.assertIn("reference: median (spread) | ratio", text)
        self.assertIn("| 40.0 (40.0 - 40.0) | 80.0 (80.0 - 80.0) | 0.50x | >= 30.0 k msg/s: pass "
                      "| >= 50.0 k msg/s: **missed** |", text)
        self.assertIn("| answer p50 | ms | 5.00 | - |", text)
        self.assertIn("* F3, ingest, round 2: lost", text)


if __name__ == "__main__":
    unittest.main()
