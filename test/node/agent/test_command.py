"""Programs are heard to their end, and no longer than that."""

from __future__ import annotations

import time
import unittest
from unittest import mock

from dlimage_node import command
from dlimage_node.command import Result, run


class Command(unittest.TestCase):
    def test_says_how_it_ended_and_what_it_said(self) -> None:
        done = run(["sh", "-c", "echo out; echo why >&2; exit 3"])
        self.assertEqual(done, Result(3, "out\n", "why\n"))
        self.assertEqual((done.ok, done.complaint), (False, "why"))
        self.assertEqual(run(["/nonexistent"]).code, 127)

    def test_takes_more_than_a_pipe_holds_both_ways(self) -> None:
        text = "0123456789" * 100_000
        self.assertEqual(run(["cat"], stdin=text), Result(0, text, ""))
        self.assertEqual(run(["true"], stdin=text).code, 0)

    def test_ends_what_takes_too_long(self) -> None:
        began = time.monotonic()
        for script in ("sleep 60", "exec >&- 2>&-; sleep 60"):
            self.assertEqual(run(["sh", "-c", f"exec {script}" if script[0] == "s" else script], timeout=0.2).code, None)
        self.assertLess(time.monotonic() - began, 10)

    def test_ends_what_says_too_much(self) -> None:
        with mock.patch.object(command, "LARGEST_OUTPUT", 1_000_000):
            for output in ("", ">&2"):
                done = run(["sh", "-c", f"exec yes {output}"], timeout=30)
                self.assertEqual((done.code, done.complaint), (None, "it said too much"))


if __name__ == "__main__":
    unittest.main()
