"""A manager that does not find the swarm in which others are."""

from __future__ import annotations

import unittest
from typing import Any, Optional

from dlimage_node.outcome import Acted, Outcome, Waiting
from dlimage_node.swarm import revival
from dlimage_node.swarm.revival import LOST_SECONDS, RETURN_SECONDS, Revival
from fake_world import FakeWorld, frozen_time, peer_state


class Elsewhere(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.world.fake_docker.answers["GET /info"] = {
            "Swarm": {"LocalNodeState": "active", "ControlAvailable": True, "NodeID": "id-1"}
        }
        self.world.states = {"n2": peer_state(swarm="ready"), "n3": peer_state(swarm="no-quorum")}
        self.world.answer = lambda name, request: self.votes
        self.votes: Optional[Any] = {"votes": True}
        self.revival = Revival()

    def step(self, now: float) -> Outcome:
        with frozen_time(revival, monotonic=1000.0 + now):
            return self.revival.step(self.world)

    def left(self) -> bool:
        return self.world.fake_docker.changes == [("/swarm/leave?force=true", None)]

    def test_with_a_vote_it_waits_for_docker_and_asks_now_and_then(self) -> None:
        for now in range(0, int(LOST_SECONDS), 10):
            self.assertIsInstance(self.step(now), Waiting)
        self.assertEqual({question for _, question, _ in self.world.asked}, {"votes id-1"})
        self.assertLess(len(self.world.asked), LOST_SECONDS / RETURN_SECONDS)

    def test_not_for_ever(self) -> None:
        self.step(0)
        self.step(LOST_SECONDS - 1)
        self.assertFalse(self.left())
        self.assertIsInstance(self.step(LOST_SECONDS + RETURN_SECONDS), Acted)
        self.assertTrue(self.left())

    def test_without_a_vote_it_joins_anew(self) -> None:
        self.votes = {"votes": False}
        self.assertIsInstance(self.step(0), Waiting)
        self.assertIsInstance(self.step(RETURN_SECONDS), Acted)
        self.assertTrue(self.left())

    def test_who_does_not_answer_has_not_said_no(self) -> None:
        self.votes = None
        self.step(0)
        self.assertIsInstance(self.step(RETURN_SECONDS), Waiting)

    def test_a_swarm_that_has_come_back_makes_it_patient_again(self) -> None:
        self.step(0)
        self.revival.reset()
        self.step(LOST_SECONDS)
        self.assertIsInstance(self.step(LOST_SECONDS + RETURN_SECONDS), Waiting)


if __name__ == "__main__":
    unittest.main()
