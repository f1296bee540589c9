"""What the record tells the loop."""

from __future__ import annotations

import unittest
from unittest import mock

from dlimage_node.outcome import Done, Waiting
from dlimage_node.record import Record


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


if __name__ == "__main__":
    unittest.main()
