"""What a founder leaves alone."""

from __future__ import annotations

import io
import os
import tempfile
import unittest
from contextlib import ExitStack, redirect_stdout
from unittest import mock

from dlimage_node import world as world_module
from dlimage_node.docker import DockerError
from dlimage_node.founding import BALLOTS_PER_ROUND, SECOND, Acceptor
from dlimage_node.outcome import Waiting
from dlimage_node.stages.swarm import SwarmStage
from dlimage_node.swarm import agreement, engine
from dlimage_node.swarm.agreement import Founding
from fake_world import FakeWorld, peer_state, roster


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


class Memory(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "founding.json")

    def damage(self, path: str, text: bytes) -> None:
        with open(path, "wb") as file:
            file.write(text)

    def read(self) -> Acceptor:
        self.said = io.StringIO()
        with redirect_stdout(self.said):
            return Acceptor(self.path)

    def test_of_a_new_node_is_empty_and_has_a_vote(self) -> None:
        self.assertFalse(self.read().has_forgotten)
        self.assertTrue(self.read().promise(1).granted)

    def test_comes_from_the_second_copy_when_the_first_is_damaged(self) -> None:
        for text in (b"", b"\0" * 64, b'{"promised": 3', b"null", b"{}", b"\xff", b'{"promised": []}'):
            acceptor = self.read()
            acceptor.promise(acceptor.promised + BALLOTS_PER_ROUND)
            acceptor.decide("epoch")
            self.damage(self.path, text)
            again = self.read()
            self.assertEqual((again.promised, again.decided, again.has_forgotten), (acceptor.promised, "epoch", False))
            self.assertIn("founding.json", self.said.getvalue())
            self.damage(self.path, b"")
            os.remove(self.path)

    def forget(self) -> Acceptor:
        self.read().promise(5 * BALLOTS_PER_ROUND)
        self.damage(self.path, b"\0" * 64)
        self.damage(self.path + SECOND, b"")
        return self.read()

    def test_that_is_lost_has_no_vote_until_something_was_decided(self) -> None:
        acceptor = self.forget()
        self.assertTrue(acceptor.has_forgotten)
        self.assertFalse(acceptor.promise(BALLOTS_PER_ROUND).granted)
        self.assertFalse(acceptor.accept(9 * BALLOTS_PER_ROUND, "other").granted)
        self.assertTrue(self.read().has_forgotten)
        acceptor.decide("epoch")
        self.assertTrue(acceptor.promise(9 * BALLOTS_PER_ROUND).granted)
        again = self.read()
        self.assertEqual((again.has_forgotten, again.decided), (False, "epoch"))

    def test_that_is_lost_is_told_and_does_not_end_the_agent(self) -> None:
        world = FakeWorld()
        world.acceptor = self.forget()
        world.fake_docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "inactive"}}
        outcome = SwarmStage()(world)
        self.assertIsInstance(outcome, Waiting)
        self.assertRegex(outcome.text, "majority.*founding.json cannot be read.*flash its card again")
        world.states = {"n3": peer_state(swarm="ready")}
        world.answer = lambda name, request: {"epoch": "e", "token": "t", "addresses": ["10.0.0.3:2377"]}
        self.assertEqual(SwarmStage()(world).text, "joined the swarm through n3")
        self.assertEqual((world.acceptor.decided, world.acceptor.has_forgotten), ("e", False))

    def test_that_is_lost_makes_no_manager_leave_its_swarm(self) -> None:
        world = FakeWorld()
        world.fake_docker.is_in_swarm()
        world.fake_docker.answers["GET /swarm"] = DockerError(503, "no leader")
        world.states = {name: peer_state(swarm="ready", epoch="epoch") for name in ("n2", "n3")}
        world.acceptor = self.forget()
        SwarmStage()(world)
        self.assertEqual(world.fake_docker.changes, [])

    def test_that_is_lost_begins_anew_where_there_is_one_manager(self) -> None:
        for managers, forgets in ((1, False), (3, True)):
            acceptor = self.forget()
            with ExitStack() as patches:
                for name, made in (
                    ("read_settings", FakeWorld().settings),
                    ("read_roster", roster(managers)),
                    ("Acceptor", acceptor),
                ):
                    patches.enter_context(mock.patch.object(world_module, name, lambda made=made: made))
                self.assertEqual(world_module.real_world().acceptor.has_forgotten, forgets)


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
