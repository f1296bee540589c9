"""One stage at a time: what it does in which situation, and that it does nothing else."""

from __future__ import annotations

import json
import unittest
from unittest import mock

from dlimage_node.outcome import Acted, Done, Stuck, Waiting
from dlimage_node.stages import clock
from dlimage_node.stages import labels as labels_stage
from dlimage_node.stages import swarm as swarm_stage
from dlimage_node.stages.labels import LabelsStage
from dlimage_node.stages.swarm import SwarmStage
from dlimage_node.swarm import housekeeping
from fake_world import FakeWorld, frozen_time, peer_state, swarm_node, with_labels


class Clock(unittest.TestCase):
    def step(self, world: FakeWorld, now: float = 1_000_000.0, synchronized: bool = False, rtc: bool = True) -> object:
        self.set_to = None

        def settime(which: int, to: float) -> None:
            self.set_to = to

        with frozen_time(clock, now), mock.patch.object(clock, "is_synchronized", lambda: synchronized):
            clock.time.clock_settime = settime
            with mock.patch.object(clock.os.path, "exists", lambda path: rtc):
                return clock.step(world)

    def test_2001_becomes_the_time_of_a_peer(self) -> None:
        world = FakeWorld()
        world.states = {"n2": peer_state(clock=1_800_000_000.0)}
        self.assertIsInstance(self.step(world, now=980_000_000.0), Acted)
        self.assertEqual(self.set_to, 1_800_000_000.0)

    def test_never_backwards(self) -> None:
        world = FakeWorld()
        world.states = {"n2": peer_state(clock=900_000.0)}
        self.assertIsInstance(self.step(world), Done)
        self.assertIsNone(self.set_to)

    def test_who_was_told_by_time_servers_comes_first(self) -> None:
        world = FakeWorld()
        world.states = {
            "n2": peer_state(clock=9_000_000.0),
            "n3": peer_state(clock=1_000_100.0, clock_synchronized=True),
        }
        self.step(world)
        self.assertEqual(self.set_to, 1_000_100.0)

    def test_one_mad_clock_is_nobody_s_time(self) -> None:
        world = FakeWorld()
        now = 1_800_000_000.0
        mad = peer_state(clock=now + 20 * 365 * 86400)
        for others in ({}, {"n2": peer_state(clock=now, clock_synchronized=True)}, {"n2": peer_state(clock=now)}):
            world.states = {**others, "n3": mad}
            self.assertIsInstance(self.step(world, now=now), Done)
            self.assertIsNone(self.set_to)
        a_little = peer_state(clock=now + 3600)
        world.states = {"n2": peer_state(clock=now + 5, clock_synchronized=True), "n3": a_little}
        self.assertIsInstance(self.step(world, now=now), Done)

    def test_what_most_say_is_the_time(self) -> None:
        world = FakeWorld()
        now = 1_800_000_000.0
        world.states = {"n2": peer_state(clock=now + 11 * 365 * 86400), "n3": peer_state(clock=now + 12 * 365 * 86400)}
        self.step(world, now=now)
        self.assertEqual(self.set_to, now + 11 * 365 * 86400)

    def test_time_servers_are_believed_more_than_peers(self) -> None:
        world = FakeWorld()
        world.states = {"n2": peer_state(clock=9_000_000.0)}
        self.assertEqual(self.step(world, synchronized=True), Done("set by time servers"))
        self.assertIsNone(self.set_to)

    def test_without_a_clock_on_the_board_time_servers_get_their_time(self) -> None:
        world = FakeWorld()
        world.started = 45.0
        self.assertIsInstance(self.step(world, rtc=False), Waiting)
        world.started = 0.0
        self.assertIsInstance(self.step(world, rtc=False), Done)


class Swarm(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.docker = self.world.fake_docker
        self.stage = SwarmStage()

    def is_inactive(self) -> None:
        self.docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "inactive"}}

    def step(self, now: float = 1_000_000.0) -> object:
        with frozen_time(swarm_stage, now):
            return self.stage(self.world)

    def test_joins_through_a_manager_that_is_ready(self) -> None:
        self.is_inactive()
        self.world.states = {"n3": peer_state(swarm="ready")}
        self.world.answer = lambda name, request: {"epoch": "e", "token": "t", "addresses": ["10.0.0.3:2377"]}
        self.assertEqual(self.step(), Acted("joined the swarm through n3"))
        self.assertEqual([path for path, _ in self.docker.changes], ["/swarm/join"])
        self.assertEqual(self.docker.changes[0][1]["AdvertiseAddr"], "10.0.0.1")
        self.assertEqual(self.world.acceptor.decided, "e")

    def test_does_not_join_with_a_clock_that_makes_the_certificate_invalid(self) -> None:
        self.is_inactive()
        self.world.states = {"n3": peer_state(swarm="ready", clock=1_000_100.0)}
        self.assertIsInstance(self.step(), Waiting)
        self.assertEqual(self.docker.changes, [])

    def test_waits_for_the_storage_when_services_run_already(self) -> None:
        self.world = FakeWorld(storage="glusterfs", mount_point="/mnt/cluster", storage_wait_seconds="300")
        self.docker = self.world.fake_docker
        self.is_inactive()
        self.world.started = 45.0
        self.world.states = {"n3": peer_state(swarm="ready", services=2)}
        self.assertEqual(self.step(), Waiting("waiting for the storage, before services may be started here"))

    def test_a_manager_that_waits_for_its_leader_gives_nothing_up(self) -> None:
        # After a blackout with one node back: Docker says `pending`, for as long as it takes.
        self.docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "pending", "ControlAvailable": True}}
        for _ in range(500):
            self.assertIsInstance(self.step(), Waiting)
        self.assertEqual(self.docker.changes, [])

    def test_an_error_is_no_reason_to_leave_while_there_is_nowhere_to_go(self) -> None:
        self.docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "error", "Error": "irreparable WAL error"}}
        patch = mock.patch.object(swarm_stage, "certificate_seconds", lambda: 1e6)
        patch.start()
        self.addCleanup(patch.stop)
        self.assertIsInstance(self.step(), Acted)
        self.assertEqual(self.world.ran, [["systemctl", "restart", "docker.service"]])
        self.assertEqual(self.docker.changes, [])
        self.world.states = {"n2": peer_state(swarm="ready")}
        self.step()
        self.assertEqual(self.docker.changes, [("/swarm/leave?force=true", None)])

    def test_a_join_that_came_to_nothing_is_begun_again(self) -> None:
        self.docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "error", "Error": "deadline exceeded"}}
        with mock.patch.object(swarm_stage, "certificate_seconds", lambda: None):
            self.assertIsInstance(self.step(), Acted)
        self.assertEqual(self.docker.changes, [("/swarm/leave?force=true", None)])

    def test_a_certificate_from_the_future_needs_a_restart_once_the_clock_is_right(self) -> None:
        error = "x509: certificate has expired or is not yet valid"
        self.docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "error", "Error": error}}
        self.world.states = {"n2": peer_state(swarm="ready")}
        with mock.patch.object(swarm_stage, "certificate_seconds", lambda: 1e6):
            self.step()
        self.assertEqual(self.world.ran, [["systemctl", "restart", "docker.service"]])

    def test_a_locked_swarm_needs_a_person(self) -> None:
        self.docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "locked"}}
        self.assertIsInstance(self.step(), Stuck)

    def test_says_who_is_missing(self) -> None:
        self.world.acceptor.decide("epoch")
        self.docker.is_in_swarm(leader=False, nodes=[swarm_node("id-2", "n2"), swarm_node("id-3", "n3", state="down")])
        self.assertEqual(self.step(), Done("2 of 4 nodes are ready; missing: n3, n4"))

    def test_the_leader_changes_the_tokens_when_everyone_is_in_and_keeps_other_labels(self) -> None:
        self.world.acceptor.decide("epoch")
        others = [swarm_node(f"id-{i}", f"n{i}", role="manager" if i < 4 else "worker") for i in (2, 3, 4)]
        self.docker.is_in_swarm(nodes=others)
        self.assertIsInstance(self.step(), Acted)
        ((path, spec),) = self.docker.changes
        self.assertIn("rotateWorkerToken=true&rotateManagerToken=true", path)
        self.assertEqual(spec["Labels"], {"theirs": "kept", "dlimage.cluster": "c", "dlimage.tokens-rotated": "1"})

    def test_the_leader_removes_entries_without_a_name_when_nobody_can_be_joining(self) -> None:
        self.world.acceptor.decide("epoch")
        orphan = swarm_node("orphan", "", role="worker", state="down")
        others = [swarm_node(f"id-{i}", f"n{i}", role="manager" if i < 4 else "worker") for i in (2, 3, 4)]
        self.docker.answers["POST /swarm/update"] = None

        def removed(nodes: list, monotonic: float) -> list:
            self.docker.is_in_swarm(nodes=nodes)
            self.docker.answers["GET /swarm"]["Spec"]["Labels"]["dlimage.tokens-rotated"] = "1"
            self.docker.changes.clear()
            self.world.begin_pass(deep=True)
            with frozen_time(housekeeping, monotonic=monotonic):
                self.step()
            return [path for path, _ in self.docker.changes]

        self.assertEqual(removed([*others, orphan], 1000.0), [], "however old the clock on the wall says it is")
        self.assertEqual(removed([*others, orphan], 1070.0), ["/nodes/orphan?force=true"])
        # While a node is missing it may be just that node.
        self.assertEqual(removed([*others[:2], orphan], 1080.0), [])
        self.assertEqual(removed([*others[:2], orphan], 1700.0), ["/nodes/orphan?force=true"])

    def test_a_worker_that_the_list_calls_a_manager_asks_for_it_with_its_own_id(self) -> None:
        self.docker.is_in_swarm(manager=False)
        self.world.states = {"n2": peer_state(swarm="no-quorum"), "n3": peer_state(swarm="ready")}
        self.assertEqual(self.step(), Waiting("waiting for a manager that makes this node one, too"))
        self.world.answer = lambda name, request: {"promoted": True}
        self.assertEqual(self.step(), Acted("was made a manager by n3"))
        self.assertEqual([asked[:2] for asked in self.world.asked], [("n3", "promote id-1")] * 2)

    def test_joins_the_swarm_that_the_definition_names(self) -> None:
        self.world = FakeWorld(swarm_join_addresses="192.0.2.1:2377")
        self.docker = self.world.fake_docker
        self.is_inactive()
        with mock.patch.object(swarm_stage, "read_text", lambda path: "SWMTKN-1-x\n"):
            self.assertIsInstance(self.step(), Acted)
        ((path, body),) = self.docker.changes
        self.assertEqual((path, body["JoinToken"], body["RemoteAddrs"]), ("/swarm/join", "SWMTKN-1-x", ["192.0.2.1:2377"]))


class Labels(unittest.TestCase):
    def test_a_manager_adds_its_own_and_keeps_others_and_the_availability(self) -> None:
        world = FakeWorld(storage="glusterfs")
        world.roster = with_labels(world.roster, "n1", {"zone": "rack"})
        world.fake_docker.is_in_swarm()
        self.assertEqual(LabelsStage()(world), Acted("dlimage.storage=no, zone=rack"))
        ((_, spec),) = world.fake_docker.changes
        set_by_us = {"zone": "rack", "dlimage.labels": "zone", "dlimage.storage": "no"}
        self.assertEqual(spec["Labels"], {"theirs": "kept", "dlimage.node": "n1", **set_by_us})
        self.assertEqual(spec["Availability"], "drain")

    def test_what_left_the_list_leaves_the_node(self) -> None:
        world = FakeWorld(storage="none")
        world.fake_docker.is_in_swarm()
        own = world.fake_docker.answers["GET /nodes/id-1"]
        own["Spec"]["Labels"] = {"theirs": "kept", "zone": "rack", "disk": "ssd", "dlimage.labels": "disk,zone"}
        self.assertEqual(LabelsStage()(world), Acted("none"))
        ((_, spec),) = world.fake_docker.changes
        self.assertEqual(spec["Labels"], {"theirs": "kept", "dlimage.node": "n1"})

    def test_a_worker_asks_a_manager_once(self) -> None:
        world = FakeWorld(storage="glusterfs", node="n4")
        world.mounted = True
        world.fake_docker.is_in_swarm(manager=False)
        set_by_it = {"dlimage.storage": "yes"}
        world.answer = lambda name, request: {"changed": True, "labels": set_by_it} if name == "n2" else None
        stage = LabelsStage()
        with frozen_time(labels_stage):
            self.assertEqual(stage(world), Done("dlimage.storage=yes"))
            stage(world)
        self.assertEqual([name for name, _, _ in world.asked], ["n1", "n2"])
        self.assertEqual(json.loads(world.asked[-1][2]), {"id": "id-1", "stores": True})

    def test_a_manager_with_an_older_list_confirms_nothing(self) -> None:
        world = FakeWorld(storage="none", node="n4")
        world.roster = with_labels(world.roster, "n4", {"zone": "rack"})
        world.fake_docker.is_in_swarm(manager=False)
        world.answer = lambda name, request: {"changed": False, "labels": {}}
        with frozen_time(labels_stage):
            self.assertEqual(LabelsStage()(world), Waiting("waiting for a manager to set the labels"))

    def test_managers_that_are_busy_are_not_pressed(self) -> None:
        world = FakeWorld(storage="glusterfs", node="n4")
        world.fake_docker.is_in_swarm(manager=False)
        stage = LabelsStage()
        for now in (50.0, 52.0, 59.0, 60.0):
            with frozen_time(labels_stage, monotonic=now):
                self.assertEqual(stage(world), Waiting("waiting for a manager to set the labels"))
        self.assertEqual([name for name, _, _ in world.asked], ["n1", "n2", "n3"] * 2)


if __name__ == "__main__":
    unittest.main()
