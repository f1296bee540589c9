"""The firewall is looked at again, and a person who stops it is told so."""

from __future__ import annotations

import unittest
from typing import Any, List
from unittest import mock

from dlimage_node.command import Result
from dlimage_node.outcome import Acted, Done, Stuck, Waiting
from dlimage_node.stages import firewall as stage_module
from dlimage_node.stages.firewall import UNIT, FirewallStage
from fake_world import FakeWorld, frozen_time, roster

IN_PLACE = Done("lets in what the node is for")


class Firewall(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.stage = FirewallStage()
        self.now = 0.0
        self.rules = "as loaded"
        self.filled: List[int] = []
        for name, fake in (("rules", lambda: self.rules), ("fill", self.fill)):
            patch = mock.patch.object(stage_module.firewall, name, fake)
            patch.start()
            self.addCleanup(patch.stop)

    def fill(self, settings: object, roster: object) -> Result:
        self.filled.append(self.world.roster.serial)
        return Result(0, "", "") if self.rules else Result(1, "", "No such table")

    def step(self, after: float = 61) -> object:
        self.now += after
        with frozen_time(stage_module, monotonic=self.now):
            return self.stage(self.world)

    def test_lets_the_nodes_of_a_newer_list_in(self) -> None:
        self.assertEqual([self.step(), self.step(1)], [IN_PLACE, IN_PLACE])
        self.world.roster = roster(serial=2)
        self.assertEqual(self.step(1), IN_PLACE)
        self.assertEqual((self.filled, self.world.ran), ([1, 2], []))

    def test_loads_again_what_was_flushed_or_changed(self) -> None:
        self.step()
        for rules in ("", "with a hole"):
            self.rules = rules
            self.world.results["systemctl"] = Result(
                0, f"Id={UNIT}\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n", ""
            )
            self.world.ran.clear()
            original = self.world.run

            def run(args: List[str], timeout: float = 30, stdin: object = None, original: Any = original) -> Result:
                if args[1] == "restart":
                    self.rules = "as loaded"
                return original(args, timeout)

            with mock.patch.object(self.world, "run", run):
                self.assertIsInstance(self.step(), Acted)
            self.assertIn(["systemctl", "restart", UNIT], self.world.ran)
            self.assertEqual(self.step(1), IN_PLACE)

    def test_docker_is_restarted_when_its_rules_were_flushed_too(self) -> None:
        restart = ["systemctl", "try-restart", "docker.service"]
        for runs, lost, restarted in ((True, True, True), (True, False, False), (False, True, False)):
            self.rules = "as loaded"
            self.stage = FirewallStage()
            self.step()
            self.rules = ""
            self.world.ran.clear()
            self.world.results["systemctl"] = Result(0, f"Id={UNIT}\nLoadState=loaded\nActiveState=active\n", "")
            self.world.results["iptables"] = Result(1 if lost else 0, "", "No chain/target/match by that name.")
            with mock.patch.object(stage_module.services, "runs", lambda unit, runs=runs: runs):
                self.assertIsInstance(self.step(), Acted)
            self.assertEqual(restart in self.world.ran, restarted, (runs, lost))

    def test_a_person_who_stopped_it_is_told_how_to_start_it(self) -> None:
        self.step()
        self.rules = ""
        self.world.results["systemctl"] = Result(
            0, f"Id={UNIT}\nLoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\n", ""
        )
        self.assertEqual(self.step(), Stuck(f"everybody can talk to this node: {UNIT} was stopped: sudo systemctl start {UNIT}"))
        self.assertNotIn(["systemctl", "restart", UNIT], self.world.ran)

    def test_a_kernel_that_cannot_load_it_is_told(self) -> None:
        self.rules = ""
        self.world.results["systemctl"] = Result(1, "failed\n", "exit code 1")
        self.assertEqual(self.step(), Waiting("cannot be loaded: exit code 1"))


if __name__ == "__main__":
    unittest.main()
