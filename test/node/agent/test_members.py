"""Which entry of the swarm is which node of the list."""

from __future__ import annotations

import unittest

from dlimage_node.roster import Peer
from dlimage_node.swarm.members import is_entry_of, names_of_ready
from fake_world import peer, roster, swarm_node


def seen_from(address: str, role: str = "worker") -> dict:
    node = swarm_node("id-4", "n4", role=role)
    return {**node, "Status": {"State": "ready", "Addr": address}}


class Members(unittest.TestCase):
    def test_a_name_counts_from_the_address_of_that_node_only(self) -> None:
        self.assertTrue(is_entry_of(seen_from("10.0.0.4"), peer(4)))
        for address in ("10.0.0.5", "127.0.0.1", "0.0.0.0", ""):
            self.assertFalse(is_entry_of(seen_from(address), peer(4)), address)

    def test_a_manager_may_talk_with_itself(self) -> None:
        for address in ("10.0.0.4", "127.0.0.1", "0.0.0.0", ""):
            self.assertTrue(is_entry_of(seen_from(address, role="manager"), peer(4)), address)

    def test_a_node_of_dhcp_may_be_anywhere(self) -> None:
        anywhere = Peer("n4", 4, "worker", "", True, False, "uuid-4")
        self.assertTrue(is_entry_of(seen_from("10.0.0.77"), anywhere))

    def test_who_takes_the_name_of_another_stands_in_for_nobody(self) -> None:
        impostor = {**seen_from("10.0.0.4"), "Description": {"Hostname": "n2"}}
        self.assertEqual(names_of_ready(roster(), [swarm_node("id-1", "n1", leader=True), impostor]), {"n1"})


if __name__ == "__main__":
    unittest.main()
