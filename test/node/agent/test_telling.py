"""What nodes tell each other for people."""

from __future__ import annotations

import json
import unittest
from typing import Any, Dict, List
from unittest import mock

from dlimage_node import requests, telling
from dlimage_node.outcome import Done, Noted, Stuck, Waiting
from dlimage_node.record import Record
from dlimage_node.telling import BELIEVED_SECONDS, LONGEST_NOTE, MOST_NOTES, REPEAT_SECONDS, Telling
from fake_world import FakeWorld, frozen_time, swarm_node

NOTE = "services: docker.service was stopped: sudo systemctl start docker.service"


class TellingTest(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.world.answer = lambda name, request: {"heard": True}
        self.telling = Telling()
        self.now = 1000.0

    def told(self, notes: List[str], after: float = 15.0) -> Dict[str, Any]:
        """What each node is told in one pass."""
        self.world.begin_pass(deep=False)
        self.world.asked.clear()
        self.now += after
        with frozen_time(telling, monotonic=self.now), mock.patch("dlimage_node.retries.time.monotonic", lambda: self.now):
            self.telling.tell(self.world, notes)
            if self.telling._thread is not None:
                self.telling._thread.join()
        return {name: json.loads(text) for name, request, text in self.world.asked if request == "told"}

    def test_nobody_is_asked_anything_when_all_is_well(self) -> None:
        self.assertEqual([self.told([]) for _ in range(3)], [{}] * 3)

    def test_managers_are_told_what_is_new_and_again_from_time_to_time(self) -> None:
        said = {name: {"notes": [NOTE], "missing": []} for name in ("n2", "n3")}
        self.assertEqual([self.told([NOTE]), self.told([NOTE])], [said, {}])
        self.assertEqual(self.told([NOTE], after=REPEAT_SECONDS), said)
        self.assertEqual(self.told([]), {name: {"notes": [], "missing": []} for name in ("n2", "n3")})
        self.assertEqual(self.told([], after=REPEAT_SECONDS), {})

    def test_one_that_does_not_answer_is_told_later(self) -> None:
        self.world.answer = lambda name, request: None if name == "n2" else {"heard": True}
        self.assertEqual(
            [list(self.told([NOTE])), list(self.told([NOTE], 5)), list(self.told([NOTE], 6))], [["n2", "n3"], [], ["n2"]]
        )

    def test_the_leader_tells_workers_who_is_missing(self) -> None:
        others = [swarm_node("id-2", "n2"), swarm_node("id-4", "n4", role="worker")]
        self.world.fake_docker.is_in_swarm(nodes=others)
        self.assertEqual(self.told([]), {"n4": {"notes": [], "missing": ["n3"]}})
        others.append(swarm_node("id-3", "n3"))
        self.world.fake_docker.is_in_swarm(nodes=others)
        self.assertEqual([self.told([]), self.told([])], [{"n4": {"notes": [], "missing": []}}, {}])

    def test_a_manager_that_does_not_lead_tells_workers_nothing(self) -> None:
        self.world.fake_docker.is_in_swarm(leader=False, nodes=[swarm_node("id-2", "n2", leader=True)])
        self.assertEqual(self.told([]), {})


class Hearing(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()

    def hear(self, caller: str, notes: List[str], missing: List[str]) -> None:
        requests.answer(self.world, caller, "told", json.dumps({"notes": notes, "missing": missing}))

    def test_what_others_say_is_in_the_record_until_they_say_something_else(self) -> None:
        self.hear("n4", [NOTE], [])
        with mock.patch("dlimage_node.record.write_durably"):
            others = Record(["swarm"]).write(self.world, None, None)["others"]
        self.assertEqual(others, [{"node": "n4", "text": NOTE}])
        self.hear("n4", [], [])
        self.assertEqual(self.world.heard.notes, [])

    def test_is_bounded_plain_and_forgotten(self) -> None:
        self.hear("n2", ["a\033[2J" + "x" * 1000] * 100, [])
        notes = self.world.heard.notes
        self.assertEqual((len(notes), len(notes[0][1]), notes[0][1][:4]), (MOST_NOTES, LONGEST_NOTE, "a [2"))
        with mock.patch.object(telling.time, "monotonic", lambda: 1e9 + BELIEVED_SECONDS):
            self.assertEqual(self.world.heard.notes, [])

    def test_only_managers_say_who_is_missing_and_only_of_the_list(self) -> None:
        self.hear("n4", [], ["n2"])
        self.assertIsNone(self.world.missing_nodes())
        self.hear("n2", [], ["n3", "stranger"])
        self.assertEqual(self.world.missing_nodes(), ["n3"])
        self.hear("n3", [], [])
        self.assertIsNone(self.world.missing_nodes())

    def test_a_stranger_is_not_heard(self) -> None:
        with self.assertRaises(requests.Refused):
            self.hear("stranger", [NOTE], [])

    def test_a_worker_asks_its_docker_nothing_that_only_managers_know(self) -> None:
        self.world.fake_docker.is_in_swarm(manager=False)
        with mock.patch.object(self.world, "manager_view", side_effect=AssertionError("asked")):
            self.assertEqual((self.world.missing_nodes(), self.world.is_leader()), (None, False))

    def test_a_manager_sees_for_itself(self) -> None:
        self.world.fake_docker.is_in_swarm(nodes=[swarm_node("id-2", "n2"), swarm_node("id-3", "n3", state="down")])
        self.assertEqual(self.world.missing_nodes(), ["n3", "n4"])


class Notes(unittest.TestCase):
    def test_are_what_waits_for_a_person_and_what_a_person_did(self) -> None:
        record = Record(["a", "b", "c", "d"])
        with mock.patch("builtins.print"):
            for name, outcome in (
                ("a", Done("well")),
                ("b", Noted("changed")),
                ("c", Waiting("for n2")),
                ("d", Stuck("start it")),
            ):
                record.note(name, outcome)
        self.assertEqual(record.notes, ["b: changed", "d: start it"])
        self.assertFalse(record.assembled)

    def test_what_a_person_changed_keeps_no_node_from_being_assembled(self) -> None:
        record = Record(["a"])
        with mock.patch("builtins.print"):
            record.note("a", Noted("changed"))
        self.assertEqual((record.assembled, record.summary), (True, "assembled"))


if __name__ == "__main__":
    unittest.main()
