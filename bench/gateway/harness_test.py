#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic behind the comparison's tables, on figures made up; no gateway runs here."""

import os
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import contextmanager
from pathlib import Path

import process_stat
import report
import results_file
from paired import Spread, difference, ratio, turns
from setting import CannotRun, Setting


class Turns(unittest.TestCase):
    def test_the_order_is_turned_round_each_time(self):
        self.assertEqual(turns(["a", "b", "c"], 0), ["a", "b", "c"])
        self.assertEqual(turns(["a", "b", "c"], 1), ["c", "b", "a"])
        self.assertEqual(turns(["a", "b", "c"], 2), ["a", "b", "c"])


class Ratios(unittest.TestCase):
    def test_a_ratio_is_taken_within_a_repeat(self):
        # The machine was twice as slow in the second repeat: neither ratio shows it.
        self.assertEqual(ratio([10, 20, 12], [20, 40, 20]), Spread(0.5, 0.5, 0.6))

    def test_a_reference_of_nothing_is_left_out(self):
        self.assertEqual(ratio([1, 6], [0, 3]), Spread(2, 2, 2))

    def test_repeats_must_pair(self):
        with self.assertRaises(ValueError):
            ratio([1, 2], [1])

    def test_a_difference_may_be_negative(self):
        self.assertEqual(difference([5, 3], [4, 4]).low, -1)


class Tables(unittest.TestCase):
    def sample(self, cpu, rate, failed=0):
        return {
            "cpu_us": cpu, "user_us": cpu / 4, "kernel_us": cpu * 3 / 4, "per_second": rate,
            "core_share": 0.95, "failed": failed,
        }  # fmt: skip

    def test_the_reference_has_ratio_one_and_failures_are_summed(self):
        table = report.closed_loop_table(
            {
                "haproxy": [self.sample(20, 50000), self.sample(22, 45000)],
                "signalbox": [self.sample(18, 52000, 1), self.sample(22, 45000, 2)],
            }
        )
        self.assertIn("1.00 x [1.00, 1.00]", table[2])
        self.assertIn("20.0 [18.0, 22.0]", table[3])
        self.assertIn("0.95 x [0.90, 1.00]", table[3])
        self.assertTrue(table[3].endswith("| 3 |"), table[3])

    def test_every_row_has_as_many_cells_as_the_head(self):
        half = {"p50_us": 90.0, "p99_us": 300.0, "unanswered": 0, "cpu_us": 30.0}
        for table in (
            report.closed_loop_table({"haproxy": [self.sample(1, 1)]}),
            report.latency_table({"direct": [half], "haproxy": [half], "nginx": [half]}),
            report.idle_table([{"gateway": "nginx", "h1": 0.5, "tls": "not offered"}]),
        ):
            self.assertEqual({line.count("|") for line in table}, {table[0].count("|")})


class Sections(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = Path(self.folder.name) / "RESULTS.md"

    def test_only_the_named_section_changes(self):
        begin, end = results_file.BEGIN.format("json"), results_file.END.format("json")
        other = results_file.BEGIN.format("tls") + "kept\n" + results_file.END.format("tls")
        self.file.write_text(f"before\n{begin}old\n{end}\n{other}\nafter\n")
        results_file.replace_section(self.file, "json", [r"new \1 figures"])
        self.assertEqual(
            self.file.read_text(), f"before\n{begin}\nnew \\1 figures\n\n{end}\n{other}\nafter\n"
        )

    def test_a_file_without_the_marks_is_not_written(self):
        self.file.write_text("nothing\n")
        with self.assertRaisesRegex(CannotRun, "has no lines"):
            results_file.replace_section(self.file, "json", ["new"])
        self.assertEqual(self.file.read_text(), "nothing\n")


@contextmanager
def twin():
    """The id of a process that has begun and waits; of the same program each time."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        yield process.pid
        process.stdin.close()


class ProcessStat(unittest.TestCase):
    def test_work_costs_time_and_memory(self):
        before, size = process_stat.cpu_time(os.getpid()), process_stat.memory_bytes(os.getpid())
        kept = bytearray(os.urandom(32 << 20))
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
        used = process_stat.cpu_time(os.getpid()) - before
        self.assertGreaterEqual(used.total_ns, 50_000_000)
        self.assertGreater(process_stat.memory_bytes(os.getpid()) - size, 16 << 20)
        self.assertEqual(len(kept), 32 << 20)

    def test_own_memory_is_what_was_written_whoever_else_runs_the_same_program(self):
        with twin() as first:
            before = process_stat.own_memory_bytes(first)
            with twin(), twin():  # the program's pages count for a third each now
                self.assertEqual(process_stat.own_memory_bytes(first), before)
        size = process_stat.own_memory_bytes(os.getpid())
        kept = bytearray(os.urandom(32 << 20))
        self.assertGreater(process_stat.own_memory_bytes(os.getpid()) - size, 31 << 20)
        self.assertEqual(len(kept), 32 << 20)

    def test_open_files_are_counted(self):
        before = process_stat.descriptors(os.getpid())
        with open(os.devnull, "rb"):
            self.assertEqual(process_stat.descriptors(os.getpid()), before + 1)


class Ports(unittest.TestCase):
    def test_no_port_is_given_twice(self):
        setting = Setting()
        ports = [setting.free_port() for _ in range(50)]
        self.assertEqual(len(set(ports)), 50)


if __name__ == "__main__":
    sys.exit(unittest.main())
