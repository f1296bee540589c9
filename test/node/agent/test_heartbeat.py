"""The time between signs of life, which a slow board needs more of."""

from __future__ import annotations

import unittest
from typing import Any, Dict, Optional

from dlimage_node.swarm.housekeeping import keep_house
from fake_world import FakeWorld, swarm_node

SECOND = 10**9


def board(architecture: Optional[str]) -> Dict[str, Any]:
    platform = {} if architecture is None else {"Platform": {"Architecture": architecture}}
    node = swarm_node("id-2", "n2", role="worker")
    return {**node, "Description": {**node["Description"], **platform}}


class Heartbeat(unittest.TestCase):
    def world(self, architecture: Optional[str], period: Optional[int] = 5 * SECOND) -> FakeWorld:
        world = FakeWorld()
        world.fake_docker.is_in_swarm(nodes=[board(architecture)])
        dispatcher = {} if period is None else {"Dispatcher": {"HeartbeatPeriod": period}}
        world.fake_docker.answers["GET /swarm"]["Spec"].update(dispatcher)
        world.begin_pass(deep=False)
        return world

    def test_is_made_longer_once_a_slow_board_is_a_member(self) -> None:
        for period in (5 * SECOND, None):
            world = self.world("armv6l", period)
            self.assertEqual(
                keep_house(world, world.manager_view()), "gave members 20 s between signs of life: n2 is a slow board"
            )
            ((path, spec),) = world.fake_docker.changes
            self.assertEqual(path, "/swarm/update?version=7")
            self.assertEqual(spec["Dispatcher"], {"HeartbeatPeriod": 20 * SECOND})
            self.assertEqual(spec["Labels"], {"theirs": "kept"})

    def test_stays_as_it_is_on_other_boards_and_when_a_person_made_it_longer(self) -> None:
        for world in (self.world("x86_64"), self.world("aarch64"), self.world(None), self.world("armv6l", 60 * SECOND)):
            self.assertNotIn("signs of life", keep_house(world, world.manager_view()) or "")


if __name__ == "__main__":
    unittest.main()
