"""The order of the stages' turns."""

from __future__ import annotations

import unittest
from typing import List
from unittest import mock

from dlimage_node import loop
from dlimage_node.loop import MOST_ALIKE, Passes
from dlimage_node.outcome import Acted, Done, Outcome
from dlimage_node.record import Record
from fake_world import FakeWorld


class Turns(unittest.TestCase):
    def passes(self, deeds: List[Outcome]) -> List[str]:
        """For each deed of the first stage: whether a pass ended with it, or the second stage had its turn."""
        asked: List[str] = []

        def second(world: object) -> Outcome:
            asked.append("second")
            return Done("well")

        left = iter(deeds)
        with mock.patch.object(loop, "STAGES", [("first", lambda world: next(left)), ("second", second)]):
            passes, record = Passes(), Record(["first", "second"])
            return ["first" if passes.one_pass(FakeWorld(), record) else asked.pop() for _ in deeds]

    def test_end_with_the_first_that_acts(self) -> None:
        self.assertEqual(self.passes([Acted("a"), Acted("b"), Done("c")]), ["first", "first", "second"])

    def test_come_to_all_when_one_does_the_same_for_ever(self) -> None:
        self.assertEqual(self.passes([Acted("a")] * (MOST_ALIKE + 2)), ["first"] * MOST_ALIKE + ["second"] * 2)
        alternating = [Acted(str(number % 2)) for number in range(MOST_ALIKE * 3)]
        self.assertEqual(set(self.passes(alternating)), {"first"})


class Telling(unittest.TestCase):
    def test_that_fails_does_not_end_the_agent(self) -> None:
        console = mock.Mock()
        with mock.patch.object(loop, "swarm_view", side_effect=KeyError("Status")), mock.patch("traceback.print_exc") as told:
            loop.tell(FakeWorld(), Record(["first"]), console, mock.Mock())
        told.assert_called_once_with()
        console.show.assert_not_called()


if __name__ == "__main__":
    unittest.main()
