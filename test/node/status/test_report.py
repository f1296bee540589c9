"""When the record can be believed, and the words for it."""

from __future__ import annotations

import unittest

from dlimage_node.report import duration, facts, read_report, swarm_nodes
from records import NOW, record, report_of, waiting


class Believing(unittest.TestCase):
    def test_a_fresh_record(self) -> None:
        report = report_of(record())
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
        self.assertIn("cannot be read", report_of('{"node": "pi').problem)


class Wording(unittest.TestCase):
    def test_one_word_for_the_state(self) -> None:
        self.assertEqual(report_of(waiting("for pi3-2")).state, "assembling")
        self.assertEqual(report_of(waiting("sda holds ext4", "stuck")).state, "stuck")

    def test_durations_have_one_unit(self) -> None:
        said = [duration(seconds) for seconds in (-3, 59, 60, 3599, 3600, 47 * 3600, 48 * 3600)]
        self.assertEqual(said, ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 days"])

    def test_facts_of_a_manager(self) -> None:
        self.assertEqual(
            facts(record()),
            {
                "address": "192.168.1.101",
                "role": "manager",
                "virtual IP": "192.168.1.100, held by this node",
                "storage": "glusterfs, mounted",
                "swarm": "active, 2 nodes, 1 service",
            },
        )

    def test_the_nodes_of_the_swarm_are_in_the_order_of_people(self) -> None:
        shuffled = [{"name": name} for name in ("pi3-10", "anvil", "pi3-9", "pi3")]
        names = [node["name"] for node in swarm_nodes(record(swarm={"state": "active", "nodes": shuffled}))]
        self.assertEqual(names, ["anvil", "pi3", "pi3-9", "pi3-10"])
        self.assertEqual(swarm_nodes(record(swarm=None)), [])

    def test_facts_of_a_worker_that_has_nothing_yet(self) -> None:
        bare = record(address="", role="worker", vip=None, swarm={"state": "inactive", "nodes": None})
        bare["storage"] = {"type": "none", "mounted": False}
        self.assertEqual(facts(bare), {"address": "none yet", "role": "worker", "swarm": "inactive"})


if __name__ == "__main__":
    unittest.main()
