"""What a person reads at the terminal."""

from __future__ import annotations

import unittest

from dlimage_node.status_command import status_lines
from records import NOW, record, report_of, waiting


class Terminal(unittest.TestCase):
    maxDiff = None

    def test_an_assembled_manager(self) -> None:
        self.assertEqual(
            "\n".join(status_lines(report_of(record()), NOW)),
            """\
pi3-1 of home is incomplete: 1 of 3 nodes are ready; pi3-2 and pi3-3 are missing

  address      192.168.1.101
  role         manager
  virtual IP   192.168.1.100, held by this node
  storage      glusterfs, mounted
  swarm        active, 2 nodes, 3 services
  up for       2 days
  temperature  48.3 °C
  memory       512 MB of 960 MB free
  disk         22 GB of 29 GB free
  system       Debian GNU/Linux 13 (trixie), 6.12.48

  clock    done     2 h      set by a time server
  storage  done     1 min    mounted

  NODE   ROLE     STATE             AVAILABILITY
  pi3-1  manager  ready             active        leader
  pi3-2  worker   down              drain
  pi3-3  worker   not in the swarm  -""",
        )

    def test_what_it_waits_for_comes_first_and_long_words_are_wrapped(self) -> None:
        text = "sda carries a file system of type ntfs with the label Photos; " * 3
        lines = status_lines(report_of(waiting(text.strip(), "stuck")), NOW)
        self.assertEqual(lines[0], "pi3-1 of home is stuck")
        self.assertTrue(lines[1].startswith("  storage: sda carries"))
        self.assertLessEqual(max(len(line) for line in lines), 80)
        self.assertIn("  storage  stuck    10 min   sda carries a file system of type ntfs with the", lines)

    def test_a_whole_cluster_is_assembled_and_a_worker_speaks_of_itself(self) -> None:
        first = [status_lines(report_of(record(missing=missing)), NOW)[0] for missing in ([], None)]
        self.assertEqual(first, ["pi3-1 of home is assembled: 3 of 3 nodes are ready", "pi3-1 of home is assembled"])

    def test_says_what_other_nodes_say(self) -> None:
        told = record(
            others=[{"node": "pi3-2", "text": "services: docker.service was stopped: sudo systemctl start docker.service"}]
        )
        self.assertIn(
            "  pi3-2 says: services: docker.service was stopped: sudo systemctl start\n    docker.service",
            "\n".join(status_lines(report_of(told), NOW)),
        )

    def test_old_news_are_called_so(self) -> None:
        lines = status_lines(report_of(record(), NOW + 86400), NOW + 86400)
        self.assertEqual(lines[0], "pi3-1 of home is unknown")
        self.assertIn("  the agent reported 24 h ago and not since", lines)
        self.assertIn("  What follows is what it said last.", lines)

    def test_colour_changes_no_words(self) -> None:
        plain, coloured = (status_lines(report_of(record()), NOW, colour) for colour in (False, True))
        self.assertNotEqual(plain, coloured)
        stripped = "\n".join(coloured).replace("\033[32m", "").replace("\033[33m", "").replace("\033[0m", "")
        self.assertEqual(stripped, "\n".join(plain))


if __name__ == "__main__":
    unittest.main()
