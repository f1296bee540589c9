"""What a founder leaves alone."""

from __future__ import annotations

import unittest
from unittest import mock

from dlimage_node.founding import BALLOTS_PER_ROUND
from dlimage_node.outcome import Waiting
from dlimage_node.swarm import agreement, engine
from dlimage_node.swarm.agreement import Founding
from fake_world import FakeWorld, peer_state


class Founder(unittest.TestCase):
    def test_leaves_it_to_the_node_that_has_its_own_promise(self) -> None:
        world = FakeWorld(node="n2", address="10.0.0.2")
        states = {"n3": peer_state()}
        with mock.patch.object(agreement, "init_swarm") as init:
            self.assertTrue(world.acceptor.promise(BALLOTS_PER_ROUND + 1).granted)
            outcome = Founding().found(world, states)
            self.assertEqual(outcome, Waiting("waiting for a swarm that is being founded, says n2"))
            world.acceptor.promised_at -= agreement.PROPOSAL_SECONDS + 1
            self.assertNotEqual(Founding().found(world, states), outcome)
            init.assert_not_called()


class Promises(unittest.TestCase):
    def test_forget_a_void_swarm_only_when_they_are_given(self) -> None:
        world = FakeWorld()
        world.acceptor.promise(3 * BALLOTS_PER_ROUND)
        world.acceptor.decide("dead")
        refused = world.acceptor.promise(2 * BALLOTS_PER_ROUND, void="dead", holds_swarm=False)
        self.assertEqual((refused.granted, refused.decided), (False, "dead"))
        granted = world.acceptor.promise(4 * BALLOTS_PER_ROUND, void="dead", holds_swarm=False)
        self.assertEqual((granted.granted, granted.decided), (True, ""))


class Certificates(unittest.TestCase):
    def renew(self, in_progress: bool) -> FakeWorld:
        world = FakeWorld(swarm_certificate_hours="1000")
        world.fake_docker.is_in_swarm()
        world.fake_docker.answers["GET /swarm"]["RootRotationInProgress"] = in_progress
        left = iter([3600.0, 3600.0, 3_600_000.0])

        def look() -> float:
            seconds = next(left)
            if seconds > 1_000_000:
                world.fake_docker.answers["GET /swarm"]["RootRotationInProgress"] = False
            return seconds

        with mock.patch.object(engine, "certificate_seconds", look), mock.patch.object(engine.time, "sleep"):
            self.assertTrue(engine.far_certificates(world))
        return world

    def test_a_rotation_under_way_is_waited_for_and_not_begun_anew(self) -> None:
        self.assertEqual(len(self.renew(in_progress=False).fake_docker.changes), 1)
        self.assertEqual(self.renew(in_progress=True).fake_docker.changes, [])


if __name__ == "__main__":
    unittest.main()
