"""A busy machine gets more time."""

from __future__ import annotations

import unittest
from unittest import mock

from dlimage_node import command, slowness


class Slowness(unittest.TestCase):
    def at(self, load: float, cores: int = 4) -> float:
        with mock.patch("os.getloadavg", lambda: (load, 0.0, 0.0)), mock.patch("os.cpu_count", lambda: cores):
            return slowness.slowness()

    def test_is_how_many_times_more_there_is_to_do_than_cores(self) -> None:
        self.assertEqual([self.at(load) for load in (0.0, 4.0, 8.0, 100.0)], [1.0, 1.0, 2.0, slowness.MOST])

    def test_lets_a_program_take_longer(self) -> None:
        with mock.patch.object(command, "slowness", lambda: 4.0):
            self.assertTrue(command.run(["sleep", "0.4"], timeout=0.2).ok)
        with mock.patch.object(command, "slowness", lambda: 1.0):
            self.assertFalse(command.run(["sleep", "30"], timeout=0.2).ok)


if __name__ == "__main__":
    unittest.main()
