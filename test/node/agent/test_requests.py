"""What a node answers to others, and what it refuses."""

from __future__ import annotations

import json
import unittest
from datetime import datetime, timezone
from unittest import mock

from dlimage_node import requests
from dlimage_node.docker import DockerError
from dlimage_node.founding import BALLOTS_PER_ROUND
from dlimage_node.outcome import Done
from dlimage_node.requests import Refused
from dlimage_node.stages.swarm import SwarmStage
from dlimage_node.swarm import removal
from fake_world import FakeWorld, frozen_time, swarm_node, with_labels

BALLOT_OF_N2 = BALLOTS_PER_ROUND + 2


class Requests(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.docker = self.world.fake_docker
        self.docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "inactive"}}

    def ask(self, caller: str, request: str, text: str = "") -> dict:
        return requests.answer(self.world, caller, request, text)

    def test_refuses_what_no_node_asks(self) -> None:
        for request in ("", "reboot", "state; reboot", "join-all"):
            with self.assertRaises(Refused):
                self.ask("n2", request)

    def test_strangers_get_neither_votes_nor_tokens(self) -> None:
        for request in (f"promise {BALLOT_OF_N2}", f"accept {BALLOT_OF_N2} e", "join"):
            with self.assertRaises(Refused):
                self.ask("n9", request)
        self.assertEqual(self.world.acceptor.promised, 0)

    def test_a_worker_founds_nothing(self) -> None:
        with self.assertRaises(Refused):
            self.ask("n4", f"promise {BALLOTS_PER_ROUND + 4}")

    def test_nobody_uses_the_ballot_of_another(self) -> None:
        with self.assertRaises(Refused):
            self.ask("n3", f"promise {BALLOT_OF_N2}")

    def test_a_promise_holds(self) -> None:
        self.assertTrue(self.ask("n2", f"promise {BALLOT_OF_N2}")["granted"])
        late = self.ask("n3", f"accept {3} early")
        self.assertFalse(late["granted"])
        self.assertEqual(self.world.acceptor.epoch, "")

    def test_an_epoch_is_forgotten_only_by_those_who_do_not_hold_it(self) -> None:
        self.world.acceptor.accept(BALLOT_OF_N2, "dead")
        self.docker.is_in_swarm()
        self.ask("n2", f"promise {2 * BALLOTS_PER_ROUND + 2} dead")
        self.assertEqual(self.world.acceptor.epoch, "dead")
        self.docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "inactive"}}
        self.ask("n2", f"promise {3 * BALLOTS_PER_ROUND + 2} dead")
        self.assertEqual(self.world.acceptor.epoch, "")

    def test_who_is_a_manager_for_the_raft_group_has_a_vote(self) -> None:
        self.world.fake_docker.is_in_swarm(nodes=[swarm_node("id-2", "n2"), {**swarm_node("id-3", "n3"), "ManagerStatus": None}])

        def ask(node_id):
            return requests.answer(self.world, "n2", f"votes {node_id}", "")["votes"]

        self.assertEqual([ask("id-2"), ask("id-3"), ask("id-9"), ask("")], [True, False, False, False])

    def test_labels_are_set_on_the_caller_only(self) -> None:
        self.docker.is_in_swarm(nodes=[swarm_node("id-2", "n2")])
        self.docker.answers["GET /nodes/id-2"] = swarm_node("id-2", "n2")
        # An older node, or one that would like to be more than it is, sends labels of its own.
        question = json.dumps({"id": "id-2", "stores": True, "labels": {"vault": "yes"}})
        with self.assertRaises(PermissionError):
            self.ask("n3", "labels", question)
        self.assertEqual(self.docker.changes, [])
        self.world.roster = with_labels(self.world.roster, "n2", {"zone": "rack"})
        answer = self.ask("n2", "labels", question)
        self.assertEqual(answer, {"changed": True, "labels": {"zone": "rack", "dlimage.labels": "zone"}})
        ((_, spec),) = self.docker.changes
        self.assertEqual(spec["Labels"], {"theirs": "kept", "dlimage.node": "n2", **answer["labels"]})


class Promotion(unittest.TestCase):
    """n2 was the second of two nodes, and is a manager since there are three."""

    def setUp(self) -> None:
        self.world = FakeWorld()
        self.docker = self.world.fake_docker
        self.second = swarm_node("id-2", "n2", role="worker")
        self.docker.is_in_swarm(nodes=[self.second, swarm_node("id-4", "n4", role="worker")])

    def ask(self, caller: str, node_id: str) -> dict:
        return requests.answer(self.world, caller, f"promote {node_id}", "")

    def test_who_is_to_be_a_manager_becomes_one(self) -> None:
        self.assertEqual(self.ask("n2", "id-2"), {"promoted": True})
        ((path, spec),) = self.docker.changes
        self.assertEqual((path, spec["Role"], spec["Availability"]), ("/nodes/id-2/update?version=3", "manager", "drain"))

    def test_a_worker_does_not_by_calling_itself_one(self) -> None:
        # Root on n4 gave its engine the name of n2, with and without n2 beside it.
        impostor = {**swarm_node("id-4", "n4", role="worker"), "Description": {"Hostname": "n2"}}
        for others in ([impostor], [self.second, impostor]):
            self.docker.is_in_swarm(nodes=others)
            for caller in ("n4", "n2"):
                with self.assertRaises((Refused, PermissionError)):
                    self.ask(caller, "id-4")
        self.world.acceptor.decide("epoch")
        self.docker.is_in_swarm(nodes=[impostor])
        self.assertEqual(SwarmStage()(self.world), Done("1 of 4 nodes are ready; missing: n2, n3, n4"))
        self.assertEqual(self.docker.changes, [])

    def test_a_worker_is_no_manager(self) -> None:
        with self.assertRaises(Refused):
            self.ask("n4", "id-4")
        self.assertEqual(self.docker.changes, [])

    def test_one_after_the_other(self) -> None:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.0Z")
        joining = {**swarm_node("id-3", "n3", state="unknown"), "CreatedAt": now}
        self.docker.is_in_swarm(nodes=[self.second, joining])
        self.assertEqual(self.ask("n2", "id-2"), {"promoted": False})
        self.assertEqual(self.docker.changes, [])


class Admission(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.docker = self.world.fake_docker
        self.docker.is_in_swarm(nodes=[swarm_node("old", "n3", state="down"), swarm_node("id-2", "n2")])
        self.docker.answers["GET /swarm"]["JoinTokens"] = {"Manager": "for managers", "Worker": "for workers"}

    def join(self, caller: str) -> dict:
        with frozen_time(removal):
            return requests.answer(self.world, caller, "join", "")

    def test_not_before_the_majority_has_agreed(self) -> None:
        self.assertEqual(self.join("n3"), {"swarm": "unconfirmed"})
        self.assertEqual(self.docker.changes, [])

    def test_stale_entries_of_the_caller_go_before_it_gets_its_token(self) -> None:
        self.world.acceptor.decide("epoch")
        answer = self.join("n3")
        demotion, removal = self.docker.changes
        self.assertEqual((demotion[0], demotion[1]["Role"]), ("/nodes/old/update?version=3", "worker"))
        self.assertEqual(removal[0], "/nodes/old?force=true")
        self.assertEqual((answer["token"], answer["epoch"]), ("for managers", "epoch"))

    def test_a_manager_that_never_had_a_vote_is_removed_without_demotion(self) -> None:
        self.world.acceptor.decide("epoch")
        refusal = DockerError(404, "rpc error: code = NotFound desc = can't find manager in raft memberlist")
        self.docker.answers["POST /nodes/old/update"] = refusal
        self.assertEqual(self.join("n3")["token"], "for managers")
        self.assertIn("/nodes/old?force=true", [path for path, _ in self.docker.changes])

    def test_a_worker_gets_the_token_of_workers(self) -> None:
        self.world.acceptor.decide("epoch")
        self.assertEqual(self.join("n4")["token"], "for workers")

    def test_one_manager_after_the_other(self) -> None:
        self.world.acceptor.decide("epoch")
        now = datetime.now(timezone.utc).isoformat()
        joining = {**swarm_node("new", "", state="unknown"), "CreatedAt": now, "ManagerStatus": None}
        self.docker.answers["GET /nodes"].append(joining)
        self.assertEqual(self.join("n3"), {"swarm": "ready", "busy": True})
        self.assertEqual(self.join("n4")["token"], "for workers")
        joining["CreatedAt"] = "2026-01-01T00:00:00.123456789Z"
        self.assertEqual(self.join("n3")["token"], "for managers")
        joining.update(swarm_node("new", "n2"), CreatedAt=now)
        self.assertEqual(self.join("n3")["token"], "for managers")

    def test_no_token_while_the_old_entry_cannot_be_removed(self) -> None:
        self.world.acceptor.decide("epoch")
        self.docker.answers["DELETE /nodes/old"] = DockerError(400, "is a cluster manager and is a member of the raft cluster")
        limit = iter([0.0, *([1000.0] * 10)])
        with mock.patch.object(removal, "time") as time:
            time.monotonic.side_effect = lambda: next(limit)
            with self.assertRaises(DockerError):
                requests.answer(self.world, "n3", "join", "")


if __name__ == "__main__":
    unittest.main()
