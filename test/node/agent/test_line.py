"""A line that stays open, to programs that behave like ssh to a node."""

from __future__ import annotations

import os
import tempfile
import time
import unittest

from dlimage_node.line import Line


class Talking(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()

    def line(self, script: str) -> Line:
        """Each start of the script leaves a file `start.PID`."""
        line = Line(["sh", "-c", f": >{self.folder}/start.$$; {script}"])
        self.addCleanup(line.close)
        return line

    @property
    def starts(self) -> int:
        return len(os.listdir(self.folder))

    def test_one_program_answers_every_question(self) -> None:
        line = self.line("count=0; while read -r _; do count=$((count + 1)); echo answer $count; done")
        self.assertEqual([line.ask(5) for _ in range(3)], ["answer 1\n", "answer 2\n", "answer 3\n"])
        self.assertEqual(self.starts, 1)

    def test_who_has_hung_up_since_is_called_again(self) -> None:
        line = self.line("read -r _; echo answer")
        self.assertEqual([line.ask(5) for _ in range(3)], ["answer\n"] * 3)
        self.assertEqual(self.starts, 3)

    def test_who_hangs_up_at_once_is_called_once(self) -> None:
        self.assertIsNone(self.line("exit 255").ask(5))
        self.assertEqual(self.starts, 1)

    def test_who_is_silent_is_not_waited_for_for_ever(self) -> None:
        line = self.line("exec sleep 60")
        began = time.monotonic()
        self.assertIsNone(line.ask(0.3))
        self.assertLess(time.monotonic() - began, 5)
        self.assertIsNone(line._program)

    def test_half_an_answer_is_none(self) -> None:
        self.assertIsNone(self.line("read -r _; printf '{\"node\":'").ask(5))

    def test_a_program_that_is_not_there_is_no_answer(self) -> None:
        self.assertIsNone(Line(["/nowhere/ssh"]).ask(5))


if __name__ == "__main__":
    unittest.main()
