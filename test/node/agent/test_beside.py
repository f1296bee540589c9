"""A stage that takes long, and the others do not wait."""

from __future__ import annotations

import threading
import unittest
from unittest import mock

from dlimage_node.outcome import Acted, Done, Outcome, Waiting
from dlimage_node.stages import beside
from dlimage_node.stages.beside import Beside
from fake_world import FakeWorld


class BesideTest(unittest.TestCase):
    def setUp(self) -> None:
        self.go_on = threading.Event()
        self.looks = 0
        self.outcome: object = Done("mounted")
        self.stage = Beside(self.look, "looking")
        self.world = FakeWorld()

    def look(self, world: FakeWorld) -> Outcome:
        self.looks += 1
        self.go_on.wait(10)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome  # type: ignore[return-value]

    def impatient(self) -> Outcome:
        with mock.patch.object(beside, "PATIENCE_SECONDS", 0.02):
            return self.stage(self.world)

    def test_a_quick_look_is_told_at_once(self) -> None:
        self.go_on.set()
        self.assertEqual(self.stage(self.world), Done("mounted"))
        self.outcome = Waiting("mounting")
        self.assertEqual(self.stage(self.world), Waiting("mounting"))

    def test_a_slow_look_is_one_look_and_is_told_when_it_is_over(self) -> None:
        self.assertEqual([self.impatient() for _ in range(3)], [Waiting("looking")] * 3)
        self.assertEqual(self.looks, 1)
        self.go_on.set()
        self.assertEqual(self.stage(self.world), Done("mounted"))

    def test_a_look_that_never_ends_is_no_longer_called_well(self) -> None:
        self.go_on.set()
        self.assertEqual(self.stage(self.world), Done("mounted"))
        self.go_on.clear()
        self.assertEqual(self.impatient(), Done("mounted"))
        with mock.patch.object(beside, "LONGEST_LOOK_SECONDS", 0.0):
            self.assertEqual(self.impatient(), Waiting("looking for more than 5 minutes, without an answer"))
        self.go_on.set()

    def test_what_was_done_is_told_as_done_once(self) -> None:
        self.outcome = Acted("created the volume")
        self.go_on.set()
        self.assertEqual(self.stage(self.world), Acted("created the volume"))
        self.go_on.clear()
        self.assertEqual([self.impatient(), self.impatient()], [Waiting("created the volume")] * 2)

    def test_a_failure_is_raised_and_the_next_look_is_made(self) -> None:
        self.go_on.set()
        self.outcome = OSError("no")
        with self.assertRaises(OSError):
            self.stage(self.world)
        self.outcome = Done("mounted")
        self.assertEqual(self.stage(self.world), Done("mounted"))


if __name__ == "__main__":
    unittest.main()
