"""How fit a node is to hold the virtual IP."""

from __future__ import annotations

import os
import tempfile
import threading
import unittest
from unittest import mock

from dlimage_node import health
from dlimage_node.docker import DockerError
from dlimage_node.health import Check, Health, Patience, Remembered
from fake_world import FakeWorld


class Numbers(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld(mount_point="/mnt/cluster")
        self.docker = self.world.fake_docker
        self.docker.answers.update({"GET /_ping": "OK", "GET /swarm": {"ID": "e"}})
        self.usable = True
        patch = mock.patch.object(health, "is_usable", lambda path: self.usable)
        patch.start()
        self.addCleanup(patch.stop)
        member = mock.patch.object(health.os.path, "exists", lambda path: True)
        member.start()
        self.addCleanup(member.stop)
        always = mock.patch.object(health, "STORAGE_SECONDS", 0.0)
        always.start()
        self.addCleanup(always.stop)
        self.health = Health(self.world.settings, self.docker)

    def looks(self, count: int = 2) -> int:
        return [self.health.look() for _ in range(count)][-1]

    def test_a_node_with_everything_is_fit_at_the_first_look(self) -> None:
        self.assertEqual(self.looks(1), 0)

    def test_what_each_lack_costs(self) -> None:
        self.docker.answers["GET /swarm"] = DockerError(503, "no leader")
        self.assertEqual(self.looks(), -60)
        self.usable = False
        self.assertEqual(self.looks(), -100)
        self.docker.answers["GET /_ping"] = DockerError(0, "dead")
        self.assertEqual(self.looks(), -254)

    def test_one_failure_is_not_believed_but_one_success_is(self) -> None:
        self.looks(1)
        self.usable = False
        self.assertEqual(self.looks(1), 0)
        self.assertEqual(self.looks(1), -40)
        self.usable = True
        self.assertEqual(self.looks(1), 0)

    def test_a_node_in_no_swarm_is_not_asked_for_it(self) -> None:
        with mock.patch.object(health.os.path, "exists", lambda path: False):
            self.docker.answers["GET /swarm"] = AssertionError("was asked")
            self.assertEqual(self.looks(), -60)

    def test_at_first_nothing_is_believed(self) -> None:
        self.docker.answers["GET /_ping"] = self.docker.answers["GET /swarm"] = DockerError(0, "starting")
        self.assertEqual(self.looks(1), -254)


class Hanging(unittest.TestCase):
    def test_a_mount_that_hangs_is_a_no_and_is_asked_once(self) -> None:
        release, asked = threading.Event(), []

        def hang() -> bool:
            asked.append(1)
            return release.wait(10)

        ask = Patience(hang, 0.05)
        self.assertEqual([ask(), ask(), ask()], [False, False, False])
        self.assertEqual(len(asked), 1)
        release.set()

    def test_a_yes_is_believed_for_a_while_and_a_no_is_not(self) -> None:
        now, asked = [0.0], []
        answers = iter([False, False, True, False, True])
        ask = Remembered(lambda: asked.append(now[0]) or next(answers), 15.0, lambda: now[0])
        self.assertEqual([ask(), ask(), ask()], [False, False, True])
        now[0] = 14.9
        self.assertTrue(ask())
        self.assertEqual(len(asked), 3)
        now[0] = 15.0
        self.assertEqual([ask(), ask(), ask()], [False, True, True])
        self.assertEqual(len(asked), 5)

    def test_check_needs_two(self) -> None:
        answers = iter([True, False, False, True])
        check = Check(lambda: next(answers))
        self.assertEqual([check.passes for _ in range(4)], [True, True, False, True])


class File(unittest.TestCase):
    def test_is_written_only_where_keepalived_wants_it(self) -> None:
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "health")
        with mock.patch.object(health, "FILE", path):
            health.write(-40)
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read(), "-40\n")
        with mock.patch.object(health, "FILE", os.path.join(folder, "none", "health")):
            self.assertFalse(health.is_wanted())


if __name__ == "__main__":
    unittest.main()
