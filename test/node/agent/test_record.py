"""What the record tells the loop."""

from __future__ import annotations

import unittest
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


if __name__ == "__main__":
    unittest.main()
