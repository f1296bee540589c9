"""What the record tells the loop."""

from __future__ import annotations

import json
import unittest
from typing import Any, Dict, List
from unittest import mock

from dlimage_node.outcome import Done, Waiting
from dlimage_node.record import Record
from dlimage_node.status_file import BLANK, FILE
from fake_world import FakeWorld


class News(unittest.TestCase):
    def test_is_what_a_stage_has_not_said_before_and_is_taken_once(self) -> None:
        record = Record(["swarm", "storage"])
        with mock.patch("builtins.print"):
            for outcome, news in [
                (Done("3 of 3 nodes are ready"), True),
                (Done("3 of 3 nodes are ready"), False),
                (Done("2 of 3 nodes are ready; missing: n3"), True),
                (Waiting("2 of 3 nodes are ready; missing: n3"), True),
            ]:
                record.note("swarm", outcome)
                self.assertEqual(record.take_news(), news, outcome.text)
                self.assertFalse(record.take_news())


class Written(unittest.TestCase):
    def test_has_the_keys_that_readers_know_and_no_others(self) -> None:
        record = Record(["swarm"])
        with mock.patch("dlimage_node.record.write_durably") as write:
            written = record.write(FakeWorld(http_port="9280"), None, None)
        self.assertEqual(set(written), set(BLANK))
        self.assertEqual(write.call_args[0][0], FILE)
        self.assertEqual((written["page_port"], [peer["name"] for peer in written["roster"]]), ("9280", ["n1", "n2", "n3", "n4"]))


class LongStage(unittest.TestCase):
    def setUp(self) -> None:
        self.record = Record(["images"])
        self.now = 1000.0
        self.files: List[Dict[str, Any]] = []
        for target, fake in (
            ("dlimage_node.record.write_durably", lambda path, text, mode: self.files.append(json.loads(text))),
            ("dlimage_node.record.time.time", lambda: self.now),
            ("dlimage_node.record.time.monotonic", lambda: self.now),
            ("builtins.print", lambda *words, **more: None),
        ):
            patch = mock.patch(target, fake)
            patch.start()
            self.addCleanup(patch.stop)
        self.record.note("images", Done("2 loaded"))
        self.record.write(FakeWorld(), None, None)

    def test_is_told_while_it_lasts_and_nothing_is_called_well_meanwhile(self) -> None:
        self.assertTrue(self.files[-1]["assembled"])
        self.record.begin("images")
        for seconds, summary in (
            (30, "assembled"),
            (120, "images: has been at it for 2 min"),
            (600, "images: has been at it for 12 min"),
        ):
            self.now += seconds
            self.record.tell_if_busy()
            self.record.tell_if_busy()
            self.assertEqual(self.files[-1]["summary"], summary)
        self.assertEqual((len(self.files), self.files[-1]["assembled"], self.files[-1]["written"]), (3, False, self.now))

    def test_is_over_when_the_stage_has_answered(self) -> None:
        self.record.begin("images")
        self.record.begin("")
        self.now += 3600
        self.record.tell_if_busy()
        self.assertEqual(len(self.files), 1)


if __name__ == "__main__":
    unittest.main()
