"""When what failed is tried again."""

from __future__ import annotations

import unittest

from dlimage_node import retries
from dlimage_node.retries import Retries
from fake_world import frozen_time


class Pauses(unittest.TestCase):
    def at(self, monotonic: float) -> object:
        return frozen_time(retries, monotonic=monotonic)

    def test_grow_up_to_ten_minutes(self) -> None:
        tried, items = [], Retries()
        for second in range(4000):
            with self.at(float(second)):
                if items.is_due("web"):
                    items.failed("web", "no")
                    tried.append(second)
        self.assertEqual(tried[:7], [0, 10, 30, 70, 150, 310, 630])
        self.assertEqual({later - earlier for earlier, later in zip(tried[7:], tried[8:])}, {600})

    def test_belong_to_one_item_each_and_end_when_another_succeeds(self) -> None:
        items = Retries()
        with self.at(0.0):
            items.failed("web", "no network")
            self.assertEqual((items.is_due("web"), items.is_due("db")), (False, True))
            items.succeeded("db")
            self.assertTrue(items.is_due("web"))
            self.assertEqual(items.whys, ["no network"])

    def test_are_forgotten_with_the_item(self) -> None:
        items = Retries()
        with self.at(0.0):
            items.failed("web", "no")
            items.keep(["db"])
            self.assertEqual((items.whys, items.has_failed("web")), ([], False))


if __name__ == "__main__":
    unittest.main()
