"""What a machine lets be read of itself."""

from __future__ import annotations

import os
import tempfile
import time
import unittest
from unittest import mock

from dlimage_node import figures
from dlimage_node.figures import read_figures


class Figures(unittest.TestCase):
    def test_of_this_machine_are_sane(self) -> None:
        read = read_figures()
        self.assertLess(read["started"], time.time())
        for thing in ("memory", "disk"):
            self.assertLess(0, read[f"{thing}_free_bytes"], thing)
            self.assertLess(read[f"{thing}_free_bytes"], read[f"{thing}_bytes"], thing)
        self.assertEqual(read["kernel"], os.uname().release)

    def test_the_hottest_sensor_counts_and_broken_ones_do_not(self) -> None:
        folder = tempfile.mkdtemp()
        for name, text in (("a", "41200\n"), ("b", "48312\n"), ("c", ""), ("d", "no\n")):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        with mock.patch.object(figures, "THERMAL", f"{folder}/*"):
            self.assertEqual(read_figures()["celsius"], 48.3)

    def test_what_is_not_to_be_had_is_left_out(self) -> None:
        with mock.patch.object(figures, "THERMAL", "/nowhere/*"):
            self.assertNotIn("celsius", read_figures())


if __name__ == "__main__":
    unittest.main()
