"""What a node does with the keys that the list revokes."""

from __future__ import annotations

import io
import json
import os
import tempfile
import threading
import unittest
from dataclasses import replace
from unittest import mock

from dlimage_node import firewall, peer_server, requests, revocation, take_list, world
from dlimage_node.outcome import Acted, Done
from dlimage_node.roster import Revoked, parse_roster
from dlimage_node.stages import roster as roster_stage
from dlimage_node.stages.swarm import SwarmStage
from dlimage_node.swarm import removal
from fake_world import FakeWorld, frozen_time, revoking, swarm_node

NODE = {"name": "n1", "index": 1, "role": "manager", "address": None, "stores_data": True, "arbiter": False, "gluster_uuid": "u"}
KEYS = {"name": "n4", "ssh_keys": ["ssh-ed25519 A", "ssh-ed25519 B"], "tls_name": "n4", "gluster_uuid": "u4"}


def text_of(serial: int, **more: object) -> str:
    return json.dumps({"cluster_id": "c", "serial": serial, "nodes": [NODE], **more})


class List(unittest.TestCase):
    def test_of_an_older_builder_revokes_nothing(self) -> None:
        old = parse_roster(text_of(1), "")
        self.assertEqual((old.revoked, old.nodes[0].tls_name), ([], ""))
        self.assertFalse(revocation.is_dismissed(old, "n9"))

    def test_names_keys_and_not_the_node(self) -> None:
        new = parse_roster(text_of(2, revoked=[KEYS, {**KEYS, "name": "n1"}]), "")
        self.assertEqual(new.revoked[0], Revoked("n4", ["ssh-ed25519 A", "ssh-ed25519 B"], "n4", "u4"))
        self.assertEqual([revocation.is_dismissed(new, name) for name in ("n1", "n4", "n9")], [False, True, False])

    def test_without_the_node_itself_is_not_taken_over(self) -> None:
        node = FakeWorld()
        for name, taken in (("n2", False), ("n1", True)):
            text = text_of(5).replace('"n1"', f'"{name}"')
            with mock.patch("dlimage_node.roster.is_signed", return_value=True), mock.patch.object(world, "keep_roster"):
                self.assertEqual(node.adopt_roster(text, "signed"), taken)

    def test_closes_the_firewall(self) -> None:
        node = FakeWorld()
        self.assertIn("10.0.0.4", firewall.peers_of(node.settings, node.roster))
        self.assertNotIn("10.0.0.4", firewall.peers_of(node.settings, revoking(node.roster, "n4")))


class Keys(unittest.TestCase):
    def setUp(self) -> None:
        self.path = os.path.join(tempfile.mkdtemp(), "revoked_keys")
        patch = mock.patch.object(revocation, "KEYS", self.path)
        patch.start()
        self.addCleanup(patch.stop)
        self.world = FakeWorld()
        roster = self.world.roster
        self.world.deep = False
        with mock.patch.object(roster_stage, "_follow_in_hosts", return_value=False):
            self.assertEqual(roster_stage.step(self.world), Done("4 nodes"))
            self.world.roster = revoking(roster, "n4")
            self.assertEqual(roster_stage.step(self.world), Acted("refuses the former keys of n4"))

    def text(self) -> str:
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def test_are_refused_by_ssh_and_whoever_is_logged_in_has_to_come_again(self) -> None:
        head = "# Keys that the signed list of nodes revokes.\n"
        self.assertEqual(self.text(), f"{head}ssh-ed25519 host-n4\nssh-ed25519 node-n4\n")
        self.assertEqual([command[:2] for command in self.world.ran], [["pkill", "-f"]] * 2)
        self.assertEqual(revocation.refuse_revoked(self.world), [])
        self.assertEqual(len(self.world.ran), 2)

    def test_count_again_when_the_node_comes_back(self) -> None:
        self.world.roster = replace(FakeWorld().roster, serial=9)
        self.assertEqual(revocation.refuse_revoked(self.world), [])
        self.assertNotIn("n4", self.text())

    def test_are_written_again_where_somebody_took_them_out(self) -> None:
        for damage in ("rm", "truncate --size=3", "dd status=none if=/dev/urandom count=1 of="):
            os.system(damage + ("" if damage.endswith("=") else " ") + self.path)
            self.assertEqual(revocation.refuse_revoked(self.world), ["n4"])
            self.assertIn("node-n4", self.text())


class Swarm(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.docker = self.world.fake_docker
        self.world.acceptor.decide("epoch")
        self.stolen = swarm_node("id-4", "n4", role="worker")
        self.is_in_swarm(swarm_node("id-2", "n2"), swarm_node("id-3", "n3"), self.stolen)

    def is_in_swarm(self, *nodes: dict, leader: bool = True) -> None:
        self.docker.is_in_swarm(nodes=list(nodes), leader=leader)
        self.docker.answers["GET /swarm"]["JoinTokens"] = {"Manager": "m", "Worker": "w"}
        self.docker.answers["GET /swarm"]["Spec"]["Labels"]["dlimage.tokens-rotated"] = str(self.world.roster.serial)

    def step(self) -> object:
        self.world.begin_pass(True)
        with frozen_time(removal):
            return SwarmStage()(self.world)

    def remember(self) -> None:
        """As the swarm does with the labels that were set last."""
        (path, spec) = self.docker.changes[-1]
        self.assertTrue(path.startswith("/swarm/update"))
        self.docker.answers["GET /swarm"]["Spec"]["Labels"] = spec["Labels"]

    def test_the_entry_goes_then_the_tokens(self) -> None:
        self.world.roster = revoking(self.world.roster, "n4")
        self.assertEqual(self.step(), Acted("removed n4 from the swarm: its keys are revoked"))
        self.assertEqual(self.docker.changes[-1][0], "/nodes/id-4?force=true")
        self.is_in_swarm(swarm_node("id-2", "n2"), swarm_node("id-3", "n3"))
        self.assertEqual(self.step(), Acted("changed the join tokens, which a revoked node may know"))
        self.assertIn("rotateManagerToken=true", self.docker.changes[-1][0])
        self.remember()
        self.assertEqual(self.step(), Done("3 of 3 nodes are ready"))

    def test_another_name_does_not_save_it(self) -> None:
        self.world.roster = revoking(self.world.roster, "n4")
        renamed = {**self.stolen, "Description": {"Hostname": "printer"}}
        renamed["Spec"] = {**renamed["Spec"], "Labels": {"dlimage.node": "n4"}}
        self.is_in_swarm(swarm_node("id-2", "n2"), swarm_node("id-3", "n3"), renamed)
        self.step()
        self.assertEqual(self.docker.changes[-1][0], "/nodes/id-4?force=true")

    def test_the_card_with_new_keys_stays(self) -> None:
        self.world.roster = revoking(self.world.roster, "n4", dismissed=False)
        self.is_in_swarm(swarm_node("id-2", "n2"), swarm_node("id-3", "n3"), self.stolen)
        with frozen_time(removal):
            self.assertEqual(requests.answer(self.world, "n4", "join", "")["token"], "w")
        self.assertEqual(self.docker.changes[0][0], "/nodes/id-4?force=true")
        self.remember()
        changes = len(self.docker.changes)
        self.assertIsInstance(self.step(), Done)
        self.assertEqual(len(self.docker.changes), changes)

    def test_a_leader_that_is_dismissed_does_not_dismiss_itself(self) -> None:
        self.world.roster = revoking(self.world.roster, "n2")
        leader = swarm_node("id-2", "n2", leader=True)
        self.is_in_swarm(leader, swarm_node("id-3", "n3"), self.stolen, leader=False)
        self.assertEqual(self.step(), Acted("removed n2 from the swarm: its keys are revoked"))
        self.assertEqual([path.split("?")[0] for path, _ in self.docker.changes], ["/nodes/id-2/update", "/nodes/id-2"])

    def test_only_the_leader_acts_as_long_as_it_may(self) -> None:
        self.world.roster = revoking(self.world.roster, "n4")
        self.is_in_swarm(swarm_node("id-2", "n2", leader=True), swarm_node("id-3", "n3"), self.stolen, leader=False)
        self.assertIsInstance(self.step(), Done)
        self.assertEqual(self.docker.changes, [])


class ByHand(unittest.TestCase):
    def take(self, text: str) -> tuple[int, str]:
        said = io.StringIO()
        with mock.patch("sys.stdout", said), mock.patch("sys.stderr", said):
            code = take_list.take_list(text)
        return code, said.getvalue()

    def test_a_node_takes_the_identity_store_s_list(self) -> None:
        path = os.path.join(tempfile.mkdtemp(), "peer.sock")
        node = FakeWorld()
        signed = mock.patch("dlimage_node.roster.is_signed", side_effect=lambda text, signature: signature == "good")
        kept, named = (
            mock.patch.object(world, "keep_roster"),
            mock.patch.object(take_list, "read_settings", lambda: node.settings),
        )
        with mock.patch.object(peer_server, "SOCKET", path), mock.patch.object(take_list, "SOCKET", path), signed, kept, named:
            self.assertEqual(self.take("{}"), (1, "this is no roster.json of an identity store\n"))
            self.assertIn("does not answer", self.take(json.dumps({"text": text_of(3), "signature": "good"}))[1])
            peer_server.start(node, threading.Event())
            self.assertEqual(self.take(json.dumps({"text": text_of(3), "signature": "bad"}))[0], 1)
            stored = {"version": 1, "sha256": "", "serial": 3, "text": text_of(3, revoked=[KEYS]), "signature": "good"}
            self.assertEqual(self.take(json.dumps(stored)), (0, "has list 3\n"))
        self.assertEqual(node.roster.revoked[0].name, "n4")


if __name__ == "__main__":
    unittest.main()
