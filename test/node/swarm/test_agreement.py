"""Never two swarms, and one in the end: the managers' own code under lost questions, power cuts and new cards."""

from __future__ import annotations

import os
import unittest

from simulated_cluster import Cluster

ROUNDS = int(os.environ.get("DLIMAGE_ROUNDS", "40"))
CALM_PASSES = 1500


class Agreement(unittest.TestCase):
    def assert_assembled(self, cluster: Cluster, seed: int) -> None:
        cluster.loss = cluster.cuts = 0.0
        for node in cluster.nodes.values():
            if not node.is_on:
                node.switch_on()
        cluster.run(CALM_PASSES)
        self.assertEqual(len(cluster.swarm_ids()), 1, f"seed {seed}: {cluster.swarm_ids()}")
        self.assertEqual(cluster.members(), sorted(cluster.nodes), f"seed {seed}")

    def test_all_together(self) -> None:
        for size in (1, 3, 5, 7):
            cluster = Cluster(size, seed=size)
            cluster.run(400)
            self.assert_assembled(cluster, size)
            self.assertEqual(len(cluster.swarms), 1, "nobody founded one in vain")

    def test_power_cuts_and_lost_questions_never_make_two(self) -> None:
        for seed in range(ROUNDS):
            cluster = Cluster(3 if seed % 3 else 5, seed)
            cluster.loss, cluster.cuts = 0.15, 0.02
            cluster.run(300, on_chance=0.3)
            self.assertLessEqual(len(cluster.ever_ready), 1, f"seed {seed}: two swarms took in others")
            self.assert_assembled(cluster, seed)
            self.assertLessEqual(len(cluster.ever_ready), 1, f"seed {seed}: two swarms took in others")

    def test_new_cards_in_between_end_in_one(self) -> None:
        for seed in range(ROUNDS):
            cluster = Cluster(3, seed)
            cluster.loss, cluster.cuts = 0.1, 0.01
            for _ in range(6):
                cluster.run(60, on_chance=0.3)
                cluster.random.choice(list(cluster.nodes.values())).flash()
            self.assert_assembled(cluster, seed)

    def test_a_new_card_never_founds_a_second_swarm(self) -> None:
        cluster = Cluster(3, seed=1)
        cluster.run(400)
        before = cluster.swarm_ids()
        cluster.nodes["n1"].flash()
        cluster.run(300)
        self.assertEqual(cluster.swarm_ids(), before)
        self.assertEqual(cluster.members(), ["n1", "n2", "n3"])

    def test_a_minority_founds_nothing(self) -> None:
        cluster = Cluster(3, seed=1)
        cluster.nodes["n1"].switch_on()
        cluster.run(2000, on_chance=0.0)
        self.assertEqual(cluster.swarms, {})

    def test_a_founder_that_never_returns_is_replaced(self) -> None:
        cluster = Cluster(3, seed=5)
        cluster.run(12)
        while not cluster.swarms:
            cluster.run(1)
        founder = next(node for node in cluster.nodes.values() if node.engine.swarm_id)
        founder.flash()
        others = [node for node in cluster.nodes.values() if node is not founder]
        for node in others:
            if not node.is_on:
                node.switch_on()
        cluster.run(1500, on_chance=0.0)
        self.assertEqual(len({node.engine.swarm_id for node in others}), 1)
        self.assertTrue(others[0].engine.swarm_id)


if __name__ == "__main__":
    unittest.main()
