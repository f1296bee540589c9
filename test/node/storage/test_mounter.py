"""When Docker may start, and when a mount is made again."""

from __future__ import annotations

import os
import sys
import unittest
from typing import List
from unittest import mock

sys.path.insert(0, os.path.dirname(__file__))
from dlimage_node.command import Result  # noqa: E402
from dlimage_node.roster import Roster  # noqa: E402
from dlimage_node.storage import mounter as module  # noqa: E402
from dlimage_node.storage import mounts  # noqa: E402
from dlimage_node.storage.sources import servers_from, source_of  # noqa: E402
from fakes import Clock, FakeRun, peers, settings  # noqa: E402

OK = Result(0, "", "")
FAILED = Result(1, "", "Mounting glusterfs on /mnt/cluster failed.")


class MounterTest(unittest.TestCase):
    def setUp(self) -> None:
        self.told: List[str] = []
        self.clock = Clock()
        self.answering = True
        self.mounted = False
        self.served = True
        self.in_swarm = True
        self.worth_trying = True
        self.run_ = FakeRun({"mount": FAILED, "umount": OK})
        self.mounter = module.Mounter(
            settings(),
            lambda: Roster("id", 1, peers(3), "", ""),
            run=self.run_,
            answers=lambda target, seconds: self.answering,
            tell=self.told.append,
            clock=self.clock,
        )

    def step(self) -> float:
        with mock.patch.object(module, "is_mounted", return_value=self.mounted), mock.patch.object(
            mounts, "find_process", return_value=1 if self.served else None
        ), mock.patch.object(mounts, "arguments_of", return_value=[]), mock.patch.object(
            module.os.path, "exists", return_value=self.in_swarm
        ), mock.patch.object(module, "is_worth_trying", return_value=self.worth_trying), mock.patch("builtins.print"):
            return self.mounter.step()

    def is_ready(self) -> bool:
        return "READY=1" in self.told

    def test_ready_when_mounted(self) -> None:
        self.step()
        self.assertFalse(self.is_ready())
        self.run_.answers["mount"] = OK
        self.step()
        self.assertTrue(self.is_ready())

    def test_mounted_but_silent_is_not_ready(self) -> None:
        self.run_.answers["mount"] = OK
        self.answering = False
        self.step()
        self.assertFalse(self.is_ready())
        self.assertEqual(self.run_.asked[-1], "umount --lazy /mnt/cluster")

    def test_node_without_a_swarm_does_not_keep_docker_waiting(self) -> None:
        self.in_swarm = False
        self.step()
        self.assertTrue(self.is_ready())

    def test_docker_starts_degraded_when_the_wait_is_over(self) -> None:
        self.step()
        self.clock.now += 299
        self.step()
        self.assertFalse(self.is_ready())
        self.clock.now += 2
        self.step()
        self.assertTrue(self.is_ready())

    def test_nothing_is_started_while_there_is_no_volume(self) -> None:
        self.worth_trying = False
        self.assertEqual(self.step(), module.FIRST_RETRY_SECONDS)
        self.assertEqual(self.run_.asked, [])

    def test_retries_are_bounded(self) -> None:
        self.assertLessEqual(max(self.step() for _ in range(20)), module.LAST_RETRY_SECONDS)

    def test_dead_mount_is_made_again(self) -> None:
        self.mounted, self.served = True, False
        self.step()
        self.assertEqual(self.run_.asked[0], "umount --lazy /mnt/cluster")
        self.assertTrue(self.run_.asked[1].startswith("mount -t glusterfs"))

    def test_mount_that_only_does_not_answer_is_left_alone(self) -> None:
        self.mounted, self.answering = True, False
        self.step()
        self.assertEqual(self.run_.asked, [])


class SourceTest(unittest.TestCase):
    def test_storage_node_asks_itself_first(self) -> None:
        self.assertEqual(servers_from("b", 2, ["a", "b", "c"]), ["b", "c", "a"])

    def test_clients_begin_with_different_nodes(self) -> None:
        firsts = {servers_from("x", index, ["a", "b", "c"])[0] for index in (4, 5, 6)}
        self.assertEqual(firsts, {"a", "b", "c"})

    def test_options(self) -> None:
        source = source_of(settings(), peers(3))
        options = "direct-io-mode=disable,log-level=WARNING,backup-volfile-servers=n-2:n-3"
        self.assertEqual(source.arguments, ["-t", "glusterfs", "-o", options, "n-1:/cluster"])

    def test_nfs(self) -> None:
        source = source_of(settings(storage="nfs", nfs_server="nas", nfs_path="/srv", nfs_options="hard"), [])
        self.assertEqual(source.arguments, ["-t", "nfs", "-o", "hard", "nas:/srv"])
        self.assertFalse(source.through_process)


if __name__ == "__main__":
    unittest.main()
