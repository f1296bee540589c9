"""Asking nodes of which some are off."""

from __future__ import annotations

import json
import threading
import time
import unittest
from typing import Any, Dict, Optional
from unittest import mock

from dlimage_node import peers
from dlimage_node.peers import Watch
from dlimage_node.roster import Peer
from fake_world import peer, peer_state


class Watching(unittest.TestCase):
    def setUp(self) -> None:
        self.release = threading.Event()
        self.asked: Dict[str, int] = {}

    def ask(self, node: Peer) -> Optional[Dict[str, Any]]:
        self.asked[node.name] = self.asked.get(node.name, 0) + 1
        if node.name == "n2":
            self.release.wait(10)
        return None if node.name == "n3" else {"node": node.name, "received": time.monotonic()}

    def test_who_is_slow_is_not_waited_for_and_heard_the_next_time(self) -> None:
        watch = Watch(self.ask)
        nodes = [peer(1), peer(2), peer(3)]
        self.assertEqual(sorted(watch.states(nodes, patience=0.1)), ["n1"])
        self.assertEqual(sorted(watch.states(nodes, patience=0.1)), ["n1"])
        self.assertEqual(self.asked["n2"], 1)
        self.release.set()
        self.assertEqual(sorted(watch.states(nodes, patience=2)), ["n1", "n2"])

    def test_who_has_gone_is_forgotten(self) -> None:
        watch = Watch(self.ask)
        watch.states([peer(1)])
        watch._ask = lambda node: None
        with mock.patch.object(peers, "REPEAT_SECONDS", 0):
            self.assertEqual(watch.states([peer(1)]), {})

    def test_who_has_just_answered_is_not_asked_again(self) -> None:
        watch = Watch(self.ask)
        for _ in range(3):
            watch.states([peer(1)])
        self.assertEqual(self.asked, {"n1": 1})

    def test_who_answers_slowly_is_asked_less_often_and_believed_longer(self) -> None:
        watch = Watch(self.ask)
        watch._took["n1"] = 8.0
        with mock.patch.object(watch, "_look") as look:
            watch._answers["n1"] = {"received": time.monotonic() - 10}
            watch._asking["n1"] = threading.Thread()
            watch._asking["n1"].start()
            self.assertEqual(sorted(watch.states([peer(1)])), ["n1"])
            look.assert_not_called()
            watch._answers["n1"]["received"] -= 10
            self.assertEqual(sorted(watch.states([peer(1)])), ["n1"])
            look.assert_called_once()

    def test_what_was_said_long_ago_is_not_believed(self) -> None:
        watch = Watch(lambda node: {"node": node.name, "received": time.monotonic() - 30})
        self.assertEqual(watch.states([peer(1)]), {})


class States(unittest.TestCase):
    def test_a_node_of_another_version_is_one_that_does_not_answer(self) -> None:
        state = {**peer_state(), "node": "n2"}
        state.pop("received")
        self.assertEqual((peers.parse_state(json.dumps(state)) or {}).get("node"), "n2")
        for key in ("serial", "clock", "swarm", "services"):
            for wrong in ({key: None}, {key: []}):
                self.assertIsNone(peers.parse_state(json.dumps({**state, **wrong})), key)
        self.assertIsNone(peers.parse_state("[]"))


if __name__ == "__main__":
    unittest.main()
