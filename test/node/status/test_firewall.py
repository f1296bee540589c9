"""The sets of the firewall, from settings and rosters."""

from __future__ import annotations

import unittest

from dlimage_node import firewall
from dlimage_node.roster import Peer, Roster
from dlimage_node.settings import Settings


def roster(*addresses: str) -> Roster:
    nodes = [Peer(f"n-{i}", i, "manager", address, True, False, "") for i, address in enumerate(addresses, 1)]
    return Roster("id", 1, nodes, "", "")


def settings(**values: str) -> Settings:
    base = {"subnet": "192.168.1.0/24", "interface": "eth0", "http_port": "9280", "swarm_data_path_port": "4789"}
    return Settings({"DLIMAGE_" + key.upper(): value for key, value in {**base, **values}.items()})


class Peers(unittest.TestCase):
    def test_are_the_addresses_of_the_roster_and_no_others(self) -> None:
        found = firewall.peers_of(settings(), roster("192.168.1.101", "192.168.1.102"))
        self.assertEqual(found, ["192.168.1.101", "192.168.1.102"])

    def test_may_be_anywhere_on_the_lan_when_one_has_no_fixed_address(self) -> None:
        found = firewall.peers_of(settings(), roster("192.168.1.101", ""))
        self.assertEqual(found, ["192.168.1.0/24", "192.168.1.101"])

    def test_of_a_foreign_swarm_are_its_managers_and_the_lan(self) -> None:
        joining = settings(swarm_join_addresses="10.9.0.4:2377 swarm.example:2377")
        found = firewall.peers_of(joining, roster("192.168.1.101"))
        self.assertEqual(found, ["10.9.0.4", "192.168.1.0/24", "192.168.1.101"])


class OpenPorts(unittest.TestCase):
    def test_hold_the_status_page(self) -> None:
        self.assertEqual(firewall.open_ports(settings(), "tcp"), ["9280"])
        self.assertEqual(firewall.open_ports(settings(), "udp"), [])

    def test_are_told_apart_by_protocol(self) -> None:
        opened = settings(open_ports="80/tcp 53/udp 53/tcp 8000-8010/tcp")
        self.assertEqual(firewall.open_ports(opened, "tcp"), ["53", "80", "8000-8010", "9280"])
        self.assertEqual(firewall.open_ports(opened, "udp"), ["53"])

    def test_never_hold_what_is_no_port(self) -> None:
        opened = settings(open_ports="80 tcp/80 80/tcp;drop 1}/tcp", http_port="")
        self.assertEqual(firewall.open_ports(opened, "tcp"), [])


class Docker(unittest.TestCase):
    def test_its_bridges_and_networks_are_those_of_its_settings(self) -> None:
        docker = {"bridge": "cbr0", "bip": "10.9.0.1/24", "default-address-pools": [{"base": "10.10.0.0/16", "size": 24}]}
        self.assertEqual(firewall.bridges_of(docker), ["cbr0", "docker0", "docker_gwbridge"])
        self.assertEqual(firewall.networks_of(docker), ["10.10.0.0/16", "10.9.0.0/24"])

    def test_what_is_no_setting_opens_nothing(self) -> None:
        docker = {"bridge": 'x" accept', "bip": "all", "default-address-pools": [{"base": "0.0.0.0/0 }"}, 7]}
        self.assertEqual(firewall.bridges_of(docker), ["docker0", "docker_gwbridge"])
        self.assertEqual(firewall.networks_of(docker), [])


class Transaction(unittest.TestCase):
    def test_empties_every_set_before_it_fills_it(self) -> None:
        lines = firewall.transaction(settings(), roster("192.168.1.101")).splitlines()
        self.assertEqual(
            lines,
            [
                "flush set inet dlimage peers",
                "add element inet dlimage peers { 192.168.1.101 }",
                "flush set inet dlimage nodes",
                "add element inet dlimage nodes { 192.168.1.101 }",
                "flush set inet dlimage open_tcp",
                "add element inet dlimage open_tcp { 9280 }",
                "flush set inet dlimage open_udp",
                "flush set inet dlimage lan",
                'add element inet dlimage lan { "eth0" }',
                "flush set inet dlimage bridges",
                'add element inet dlimage bridges { "docker0", "docker_gwbridge" }',
                "flush set inet dlimage containers",
                "add element inet dlimage containers { 172.16.0.0/12 }",
                "flush set inet dlimage data_path",
                "add element inet dlimage data_path { 4789 }",
                "flush map inet dlimage page",
                "add element inet dlimage page { 80 : 9280 }",
            ],
        )


if __name__ == "__main__":
    unittest.main()
