"""What the screen, the serial console and the login message say."""

from __future__ import annotations

import os
import tempfile
import unittest
from unittest import mock

from dlimage_node import console
from records import record, waiting


class Lines(unittest.TestCase):
    def test_one_for_a_log(self) -> None:
        self.assertEqual(
            console.console_line(record()), "dlimage: pi3-1 192.168.1.101: 1 of 3 nodes are ready; pi3-2 and pi3-3 are missing"
        )
        self.assertEqual(
            console.console_line(record(address="", summary="starting", assembled=False)),
            "dlimage: pi3-1 without an address: starting",
        )

    def test_three_for_a_person(self) -> None:
        self.assertEqual(
            console.three_lines(record()),
            [
                "pi3-1 of home",
                "192.168.1.101, virtual IP 192.168.1.100 (here)",
                "1 of 3 nodes are ready; pi3-2 and pi3-3 are missing",
            ],
        )

    def test_nothing_that_a_terminal_would_obey(self) -> None:
        line = console.console_line(record(assembled=False, summary="disk \033[2J\nlabel \\4"))
        self.assertEqual(line, "dlimage: pi3-1 192.168.1.101: disk  [2J label \\4")
        self.assertEqual(console.escape("label \\4"), "label \\\\4")


class Telling(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.serial, self.issue, self.motd, active = (
            os.path.join(folder.name, name) for name in ("serial", "issue.d/issue", "motd", "active")
        )
        for path, text in ((self.serial, ""), (active, f"..{self.serial} gone")):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        run = mock.patch.object(console, "run")
        self.run_program = run.start()
        self.addCleanup(run.stop)
        for name, value in (("ISSUE", self.issue), ("MOTD", self.motd), ("ACTIVE_CONSOLES", active)):
            patch = mock.patch.object(console, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def read(self, path: str) -> str:
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_a_change_is_told_once_and_everywhere(self) -> None:
        told = console.Console()
        for content in (waiting("for pi3-2"), waiting("for pi3-2"), record(), record()):
            told.show(content)
        self.assertEqual(self.run_program.call_count, 2)
        self.assertEqual(self.read(self.motd).splitlines()[-1], "1 of 3 nodes are ready; pi3-2 and pi3-3 are missing")
        self.assertIn("pi3-1 of home\n", self.read(self.issue))
        self.assertEqual(os.stat(self.issue).st_mode & 0o777, 0o644)

    def test_a_console_that_is_not_there_stops_nothing(self) -> None:
        console.say("/nowhere/tty", "words")
        console.say(self.serial, "words")
        self.assertEqual(self.read(self.serial), "\nwords\n")


if __name__ == "__main__":
    unittest.main()
