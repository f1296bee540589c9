"""Files that are whole, whatever happens while they are written."""

from __future__ import annotations

import os
import tempfile
import unittest
from unittest import mock

from dlimage_node.files import read_text, write_durably


class Durable(unittest.TestCase):
    def setUp(self) -> None:
        self.path = os.path.join(tempfile.mkdtemp(), "folder", "file")

    def test_holds_all_of_the_text_with_its_mode(self) -> None:
        write_durably(self.path, "ä" * 100_000, 0o640)
        self.assertEqual(read_text(self.path), "ä" * 100_000)
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o640)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no device that is full")
    def test_stays_as_it_was_on_a_full_disk(self) -> None:
        write_durably(self.path, "old")
        full, real_open = "/dev/full", os.open
        with mock.patch("os.open", lambda path, *rest: real_open(full if str(path).endswith(".new") else path, *rest)):
            with mock.patch("os.fchmod"), self.assertRaises(OSError):
                write_durably(self.path, "new" * 10_000)
        self.assertEqual(read_text(self.path), "old")


if __name__ == "__main__":
    unittest.main()
