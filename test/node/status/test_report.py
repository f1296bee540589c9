"""When the record can be believed, and the words for it."""

from __future__ import annotations

import unittest

from dlimage_node.cluster_nodes import cluster_nodes, nodes_phrase
from dlimage_node.report import duration, facts, read_report, size
from records import NOW, record, report_of, waiting


class Believing(unittest.TestCase):
    def test_a_fresh_record(self) -> None:
        report = report_of(record(missing=[]))
        self.assertEqual((report.state, report.assembled, report.problem), ("assembled", True, ""))
        self.assertFalse(report.told["stale"])

    def test_not_what_was_written_long_ago(self) -> None:
        report = report_of(record(), NOW + 3600)
        self.assertEqual(report.problem, "the agent reported 1 h ago and not since")
        self.assertEqual((report.state, report.told["assembled"], report.told["stale"]), ("unknown", False, True))

    def test_not_what_a_wrong_clock_wrote(self) -> None:
        self.assertIn("clock was set back", report_of(record(), NOW - 3600).problem)

    def test_nothing_without_an_agent(self) -> None:
        report = read_report("/nowhere/status.json", NOW)
        self.assertFalse(report.assembled)
        self.assertIn("has not reported", report.told["summary"])

    def test_nothing_that_is_half_a_record(self) -> None:
        for text in ('{"node": "pi', "[]", ""):
            self.assertIn("cannot be read", report_of(text).problem)

    def test_no_word_that_a_terminal_would_obey(self) -> None:
        hostile = record(node="n\033[2J")
        hostile["swarm"]["nodes"][1]["name"] = "pi\n\033]0;x\a"
        read = report_of(hostile).record
        self.assertEqual((read["node"], read["swarm"]["nodes"][1]["name"]), ("n [2J", "pi  ]0;x "))


class Wording(unittest.TestCase):
    def test_one_word_for_the_state(self) -> None:
        self.assertEqual(report_of(waiting("for pi3-2")).state, "assembling")
        self.assertEqual(report_of(waiting("sda holds ext4", "stuck")).state, "stuck")

    def test_durations_have_one_unit(self) -> None:
        said = [duration(seconds) for seconds in (-3, 59, 60, 3599, 3600, 47 * 3600, 48 * 3600)]
        self.assertEqual(said, ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 days"])

    def test_sizes_have_no_more_digits_than_anyone_reads(self) -> None:
        said = [size(count) for count in (0, 999, 870 << 20, 1000 << 20, 29 << 30, 3 << 40)]
        self.assertEqual(said, ["0 bytes", "999 bytes", "870 MB", "1.0 GB", "29 GB", "3.0 TB"])

    def test_facts_of_a_manager(self) -> None:
        self.assertEqual(
            facts(record()),
            {
                "address": "192.168.1.101",
                "role": "manager",
                "virtual IP": "192.168.1.100, held by this node",
                "storage": "glusterfs, mounted",
                "swarm": "active, 2 nodes, 3 services",
                "up for": "2 days",
                "temperature": "48.3 °C",
                "memory": "512 MB of 960 MB free",
                "disk": "22 GB of 29 GB free",
                "system": "Debian GNU/Linux 13 (trixie), 6.12.48",
            },
        )

    def test_facts_of_a_worker_that_has_nothing_yet(self) -> None:
        bare = record(address="", role="worker", vip=None, swarm={"state": "inactive", "nodes": None}, figures={})
        bare["storage"] = {"type": "none", "mounted": False}
        self.assertEqual(facts(bare), {"address": "none yet", "role": "worker", "swarm": "inactive"})

    def test_an_assembled_node_says_how_the_cluster_is(self) -> None:
        incomplete = report_of(record())
        self.assertEqual(
            (incomplete.state, incomplete.headline), ("incomplete", "1 of 3 nodes are ready; pi3-2 and pi3-3 are missing")
        )
        self.assertTrue(incomplete.assembled, "the node itself is")
        whole = report_of(record(missing=[]))
        self.assertEqual((whole.state, whole.headline), ("assembled", "assembled, 3 of 3 nodes are ready"))
        self.assertEqual(report_of(record(missing=None)).headline, "assembled")
        self.assertEqual(report_of(waiting("for pi3-2")).headline, "storage: for pi3-2")


class Nodes(unittest.TestCase):
    def test_are_in_the_order_of_people(self) -> None:
        shuffled = [{"name": name, "address": "", "role": "worker"} for name in ("pi3-10", "anvil", "pi3-9", "pi3")]
        names = [node["name"] for node in cluster_nodes(record(roster=shuffled, swarm=None))]
        self.assertEqual(names, ["anvil", "pi3", "pi3-9", "pi3-10"])

    def test_that_never_joined_are_missing_and_not_forgotten(self) -> None:
        states = {node["name"]: node["state"] for node in cluster_nodes(record())}
        self.assertEqual(states, {"pi3-1": "ready", "pi3-2": "down", "pi3-3": "not in the swarm"})

    def test_are_known_to_a_worker_by_name_alone(self) -> None:
        worker = record(swarm={"state": "active", "nodes": None}, missing=None)
        self.assertEqual([node["state"] for node in cluster_nodes(worker)], ["", "", ""])
        self.assertEqual(nodes_phrase(worker), "")

    def test_that_are_many_are_not_all_named(self) -> None:
        roster = [{"name": f"n{number}", "address": "", "role": "worker"} for number in range(9)]
        said = nodes_phrase(record(roster=roster, missing=[f"n{number}" for number in range(6)]))
        self.assertEqual(said, "3 of 9 nodes are ready; n0, n1, n2, n3 and 2 more are missing")


if __name__ == "__main__":
    unittest.main()
