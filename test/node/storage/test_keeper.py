"""What a node that keeps a copy does, in each state that the rig was seen in."""

from __future__ import annotations

import os
import sys
import tempfile
import unittest
from dataclasses import replace
from typing import Any, Dict, List
from unittest import mock

sys.path.insert(0, os.path.dirname(__file__))
from dlimage_node.command import Result  # noqa: E402
from dlimage_node.outcome import Acted, Done, Outcome, Stuck, Waiting  # noqa: E402
from dlimage_node.roster import Revoked  # noqa: E402
from dlimage_node.storage import keeper as module  # noqa: E402
from dlimage_node.storage import mounts  # noqa: E402
from dlimage_node.storage.turn import TURN_SECONDS  # noqa: E402
from fakes import (  # noqa: E402
    DAEMON_DOWN,
    FRESH,
    SET_OPTIONS,
    VOLUME_ID,
    Clock,
    FakeRun,
    FakeWorld,
    heal_summary,
    peer_status,
    peers,
    refused,
    settings,
    succeeded,
    volume_info,
)

WHOLE = FRESH._replace(volume_id=VOLUME_ID)


class KeeperTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = folder.name + "/cluster"
        self.clock = Clock()
        self.keeper = module.Keeper(self.clock)
        self.served = True
        self.duration = 0
        self.missing: List[Any] = []

    def step(self, answers: Dict[str, Result], brick: Any = FRESH, nodes: Any = None, me: int = 3, **world: Any) -> Outcome:
        self.run_ = FakeRun(answers)
        fake = FakeWorld(self.run_, nodes or peers(3), me, **world)
        fake.settings = settings(node=f"n-{me}", brick_directory=self.path)

        def look(path: str) -> Any:
            self.clock.now += self.duration
            return brick

        with mock.patch.object(module, "look_at_brick", look), mock.patch.object(
            mounts, "find_process", return_value=1 if self.served else None
        ), mock.patch.object(module, "missing_members", return_value=self.missing), mock.patch.object(
            module, "write_members"
        ), mock.patch("dlimage_node.storage.replacement.forget_volume") as forget:
            self.forgotten = forget
            return self.keeper.step(fake)  # type: ignore[arg-type]

    def bricks(self, *indexes: int) -> str:
        return " ".join(f"n-{i}:{self.path}" for i in indexes)

    def test_daemon_is_starting(self) -> None:
        self.assertEqual(self.step({"gluster": DAEMON_DOWN}), Waiting("GlusterFS is starting"))

    def test_fresh_cluster_is_created_by_the_last_node(self) -> None:
        answers = {
            "gluster volume info": volume_info([]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume create": succeeded(),
        }
        self.assertIsInstance(self.step(answers), Acted)
        self.assertEqual(self.run_.changes(), [f"gluster volume create cluster replica 3 {self.bricks(1, 2, 3)} force"])

    def test_another_node_tries_when_the_last_does_not(self) -> None:
        answers = {
            "gluster volume info": volume_info([]),
            "gluster peer status": peer_status(2, 3, of=3, me=1),
            "gluster volume create": succeeded(),
        }
        self.assertEqual(self.step(answers, me=1), Waiting("another node creates the volume"))
        self.clock.now += 2 * TURN_SECONDS + 1
        self.assertIsInstance(self.step(answers, me=1), Acted)

    def test_a_node_at_work_is_left_all_the_time_that_it_needs(self) -> None:
        answers = {
            "gluster volume info": volume_info([1, 2, 3], started=False, options={}),
            "gluster peer status": peer_status(1, 3, of=3, me=2),
            "gluster volume set": refused("Another transaction is in progress for cluster. Please try again after some time."),
        }
        waiting = Waiting("another node completes the volume")
        self.assertEqual(self.step(answers, me=2), waiting)
        self.clock.now += TURN_SECONDS + 1
        self.assertEqual(self.step(answers, me=2), Waiting("another node is changing the volume"))
        answers["gluster volume set"] = answers["gluster volume start"] = succeeded()
        self.assertEqual(self.step(answers, me=2), waiting)
        self.clock.now += TURN_SECONDS / 2
        answers["gluster volume info"] = volume_info([1, 2, 3], started=False)
        self.assertEqual(self.step(answers, me=2), waiting)
        self.clock.now += TURN_SECONDS / 2 + 1
        self.assertEqual(self.step(answers, me=2), waiting)
        self.assertEqual(self.run_.changes(), [])
        self.clock.now += TURN_SECONDS
        self.assertEqual(self.step(answers, me=2), Acted("started the volume"))

    def test_where_glusterfs_answers_slowly_it_is_asked_less_often(self) -> None:
        answers = {"gluster volume info": volume_info([]), "gluster peer status": peer_status(of=3, me=1)}
        waiting = self.step(answers, me=1)
        self.assertIsInstance(waiting, Waiting)
        self.assertNotEqual(self.run_.asked, [])
        self.duration = 6
        self.step(answers, me=1)
        self.assertEqual(self.step(answers, me=1), waiting)
        self.assertEqual(self.run_.asked, [])
        self.clock.now += 13
        self.assertEqual(self.step(answers, me=1), waiting)
        self.assertNotEqual(self.run_.asked, [])

    def test_race_lost(self) -> None:
        answers = {
            "gluster volume info": volume_info([]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume create": refused("Another transaction is in progress for cluster. Please try again after some time."),
        }
        self.assertEqual(self.step(answers), Waiting("another node is changing the volume"))
        answers["gluster volume create"] = refused("Staging failed on n-1. Error: Volume cluster already exists")
        self.assertIsInstance(self.step(answers), Waiting)

    def test_late_node_is_not_waited_for_without_end(self) -> None:
        answers = {
            "gluster volume info": volume_info([]),
            "gluster peer status": peer_status(1, of=3, me=2),
            "gluster volume create": succeeded(),
        }
        waiting = Waiting("waiting for n-3: 2 of 3 storage nodes are here")
        self.assertEqual(self.step(answers, me=2), waiting)
        self.clock.now += 119
        self.assertEqual(self.step(answers, me=2), waiting)
        self.clock.now += 2
        self.assertIsInstance(self.step(answers, me=2), Acted)
        self.assertEqual(self.run_.changes(), [f"gluster volume create cluster replica 2 {self.bricks(1, 2)} force"])

    def test_minority_never_creates(self) -> None:
        answers = {"gluster volume info": volume_info([]), "gluster peer status": peer_status(of=3, me=3)}
        for _ in range(3):
            self.assertIsInstance(self.step(answers), Waiting)
            self.clock.now += 100_000
        self.assertEqual(self.run_.changes(), [])

    def test_two_copies_and_an_arbiter(self) -> None:
        answers = {
            "gluster volume info": volume_info([]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume create": succeeded(),
        }
        self.assertIsInstance(self.step(answers, nodes=peers(3, arbiter=True)), Acted)
        self.assertEqual(self.run_.changes(), [f"gluster volume create cluster replica 3 arbiter 1 {self.bricks(1, 2, 3)} force"])

    def test_arbiter_is_no_stand_in_for_a_copy(self) -> None:
        answers = {"gluster volume info": volume_info([]), "gluster peer status": peer_status(1, of=3, me=3)}
        for _ in range(2):
            self.assertIsInstance(self.step(answers, nodes=peers(3, arbiter=True)), Waiting)
            self.clock.now += 1000

    def test_options_come_before_the_start(self) -> None:
        answers = {
            "gluster volume info": volume_info([1, 2, 3], started=False, options={"nfs.disable": "on"}),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume set": succeeded(),
        }
        self.assertIsInstance(self.step(answers, WHOLE), Acted)
        self.assertEqual(len(self.run_.changes()), 1)
        for option in ("client.ssl on", "server.ssl on", "cluster.quorum-type auto", "auth.ssl-allow *"):
            self.assertIn(option, self.run_.changes()[0])
        answers["gluster volume info"] = volume_info([1, 2, 3], started=False)
        answers["gluster volume start"] = succeeded()
        self.assertIsInstance(self.step(answers, WHOLE), Acted)
        self.assertEqual(self.run_.changes(), ["gluster volume start cluster force"])

    def test_once_keys_were_revoked_only_the_names_of_the_nodes_that_there_are_count(self) -> None:
        nodes = [peers(3)[0], replace(peers(3)[1], tls_name="n-2.2"), peers(3)[2]]
        stolen = [Revoked("n-2", ["ssh-ed25519 A"], "n-2", "uuid-2")]
        answers = {
            "gluster volume info": volume_info([1, 2, 3]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume set": succeeded(),
            "gluster volume heal cluster info": heal_summary("0", "0", "0"),
        }
        self.assertEqual(self.step(answers, WHOLE, nodes=nodes), Done("mounted, 3 copies"))
        self.assertEqual(self.step(answers, WHOLE, nodes=nodes, revoked=stolen, serial=2), Acted("set the options of the volume"))
        self.assertEqual(self.run_.changes(), ["gluster volume set cluster auth.ssl-allow n-1,n-2.2,n-3"])
        answers["gluster volume info"] = volume_info([1, 2, 3], options={**SET_OPTIONS, "auth.ssl-allow": "n-1,n-2.2,n-3"})
        self.assertEqual(self.step(answers, WHOLE, nodes=nodes, revoked=stolen, serial=2), Done("mounted, 3 copies"))

    def test_a_dismissed_node_without_a_copy_leaves_the_pool(self) -> None:
        gone = [Revoked("n-4", ["ssh-ed25519 A"], "n-4", "uuid-4")]
        options = {**SET_OPTIONS, "auth.ssl-allow": "n-1,n-2,n-3"}
        answers = {
            "gluster volume info": volume_info([1, 2, 3], options=options),
            "gluster peer status": peer_status(1, 2, of=4, me=3),
            "gluster peer detach": succeeded(),
        }
        acted = Acted("took n-4 out of GlusterFS's pool: its keys are revoked")
        self.assertEqual(self.step(answers, WHOLE, revoked=gone), acted)
        self.assertEqual(self.run_.changes(), ["gluster peer detach n-4 force"])

    def test_the_copy_of_a_dismissed_node_is_a_person_s_to_take_away(self) -> None:
        gone = [Revoked("n-4", ["ssh-ed25519 A"], "n-4", "uuid-4")]
        answers = {
            "gluster volume info": volume_info([1, 2, 3, 4], options={**SET_OPTIONS, "auth.ssl-allow": "n-1,n-2,n-3"}),
            "gluster peer status": peer_status(1, 2, of=4, me=3),
            "gluster volume heal cluster info": heal_summary("0", "0", "0", "-"),
        }
        said = self.step(answers, WHOLE, revoked=gone)
        self.assertIsInstance(said, Stuck)
        self.assertIn("remove-brick cluster replica 3 n-4:/srv/brick/cluster force", said.text)
        self.assertEqual(self.run_.changes(), [])

    def test_calm(self) -> None:
        answers = {
            "gluster volume info": volume_info([1, 2, 3]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume heal cluster info": heal_summary("0", "0", "0"),
        }
        self.assertEqual(self.step(answers, WHOLE), Done("mounted, 3 copies"))
        self.assertEqual(self.step({}, WHOLE), Done("mounted, 3 copies"))
        self.assertEqual(self.run_.asked, [])
        self.assertEqual(self.step(answers, WHOLE, mounted=False), Waiting("mounting the volume"))

    def test_node_away_and_healing(self) -> None:
        answers = {
            "gluster volume info": volume_info([1, 2, 3]),
            "gluster peer status": peer_status(1, of=3, me=3),
            "gluster volume heal cluster info": heal_summary("7", "-", "7"),
        }
        self.assertEqual(self.step(answers, WHOLE), Done("mounted, 2 of 3 copies: n-2 is away"))
        self.clock.now += 400
        answers["gluster volume heal cluster info"] = heal_summary("7", "0", "7")
        answers["gluster volume heal cluster"] = refused("busy")
        self.assertEqual(self.step(answers, WHOLE), Waiting("mounted, healing 7 files"))

    def test_blackout(self) -> None:
        self.served = False
        answers = {"gluster volume info": volume_info([1, 2, 3]), "gluster peer status": peer_status(of=3, me=3)}
        self.assertIn("another node is there", self.step(answers, WHOLE, mounted=False).text)
        answers["gluster peer status"] = peer_status(1, of=3, me=3)
        answers["gluster volume start"] = succeeded()
        self.assertEqual(self.step(answers, WHOLE, mounted=False), Waiting("starting this node's copy"))
        self.clock.now += 16
        self.assertIsInstance(self.step(answers, WHOLE, mounted=False), Acted)
        self.assertEqual(self.run_.changes(), ["gluster volume start cluster force"])

    def test_flashed_again(self) -> None:
        answers = {
            "gluster volume info": volume_info([1, 2, 3]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume reset-brick": refused("When destination brick is new, please use replace-brick."),
            "systemctl try-restart glusterd": Result(0, "", ""),
        }
        self.assertIn("restarted", self.step(answers).text)
        answers["gluster volume reset-brick"] = succeeded()
        self.assertIn("made this node's copy anew", self.step(answers).text)
        name = self.bricks(3)
        self.assertEqual(
            self.run_.changes(),
            [
                f"gluster volume reset-brick cluster {name} start",
                f"gluster volume reset-brick cluster {name} {name} commit force",
            ],
        )
        self.assertFalse(os.path.exists(self.path + ".unfinished"))

    def test_half_put_back_is_put_back_again(self) -> None:
        """The refused commit has left the volume's id on the brick; that alone must never pass for a whole copy."""
        answers = {
            "gluster volume info": volume_info([1, 2, 3]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume reset-brick": succeeded(),
            f"gluster volume reset-brick cluster {self.bricks(3)} {self.bricks(3)}": refused(
                "Pre Validation failed on n-1. Host n-3 not connected"
            ),
        }
        self.assertIsInstance(self.step(answers), Waiting)
        self.assertTrue(os.path.exists(self.path + ".unfinished"))
        answers[f"gluster volume reset-brick cluster {self.bricks(3)} {self.bricks(3)}"] = succeeded()
        self.assertIn("anew", self.step(answers, WHOLE._replace(unfinished=True)).text)

    def test_copy_that_nobody_would_heal(self) -> None:
        answers = {
            "gluster volume info": volume_info([1, 2, 3]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume heal cluster info": heal_summary("0", "0", "0"),
            "gluster volume reset-brick": succeeded(),
        }
        dirty = WHOLE._replace(is_dirty=True, holds_files=True)
        self.assertEqual(self.step(answers, dirty), Waiting("mounted, but this node's copy is not whole yet"))
        self.clock.now += 31
        self.assertIn("anew", self.step(answers, dirty).text)

    def test_foreign_brick(self) -> None:
        answers = {"gluster volume info": volume_info([1, 2, 3]), "gluster peer status": peer_status(1, 2, of=3, me=3)}
        foreign = FRESH._replace(volume_id="0dbff9fe-3222-425d-9aa4-0b3ff2792797", holds_files=True)
        outcome = self.step(answers, foreign)
        self.assertIsInstance(outcome, Stuck)
        self.assertEqual(self.run_.changes(), [])

    def test_trace_of_a_creation_that_was_refused(self) -> None:
        """A flashed node that tried to create the volume has marked its own brick with an id of its own."""
        answers = {
            "gluster volume info": volume_info([1, 2, 3]),
            "gluster peer status": peer_status(1, 2, of=3, me=3),
            "gluster volume reset-brick": succeeded(),
        }
        marked = FRESH._replace(volume_id="0dbff9fe-3222-425d-9aa4-0b3ff2792797")
        self.assertIn("anew", self.step(answers, marked).text)
        self.forgotten.assert_called_once()

    def test_growth(self) -> None:
        answers = {
            "gluster volume info": volume_info([1, 2, 3]),
            "gluster peer status": peer_status(1, 2, 3, of=4, me=4),
            "gluster volume add-brick": succeeded(),
        }
        self.assertIsInstance(self.step(answers, nodes=peers(4), me=4), Acted)
        self.assertEqual(self.run_.changes(), [f"gluster volume add-brick cluster replica 4 {self.bricks(4)} force"])
        outcome = self.step(answers, FRESH._replace(holds_files=True), nodes=peers(4), me=4)
        self.assertIsInstance(outcome, Stuck)

    def test_others_learn_of_the_newcomer(self) -> None:
        self.missing = [peers(4)[3]]
        outcome = self.step({"systemctl try-restart glusterd": Result(0, "", "")}, nodes=peers(4), me=3)
        self.assertEqual(outcome, Acted("told GlusterFS of n-4"))


if __name__ == "__main__":
    unittest.main()
