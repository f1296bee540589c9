"""What is looked at in a pass is looked at once."""

from __future__ import annotations

import unittest
from unittest import mock

from dlimage_node import vip
from dlimage_node.docker import DockerError
from dlimage_node.stages import vip as vip_stage
from dlimage_node.stages.vip import VipStage
from fake_world import FakeWorld, peer_state, swarm_node


class AskedOnceInAPass(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.asked = 0

    def counted(self, answer: object) -> object:
        def ask() -> object:
            self.asked += 1
            if isinstance(answer, Exception):
                raise answer
            return answer

        return ask

    def test_an_engine_that_is_starting(self) -> None:
        self.world.fake_docker.ping = self.counted(DockerError(0, "starting"))
        self.assertEqual([self.world.local_swarm() for _ in range(3)], [None, None, None])
        self.assertEqual(self.asked, 1)
        self.world.begin_pass(deep=True)
        self.world.local_swarm()
        self.assertEqual(self.asked, 2)

    def test_the_nodes_of_a_swarm(self) -> None:
        self.world.fake_docker.is_in_swarm()
        self.world.fake_docker.nodes = self.counted([swarm_node("id-1", "n1", leader=True)])
        self.assertTrue(self.world.manager_view().is_leader("id-1"))
        self.assertFalse(self.world.manager_view().is_leader("id-2"))
        self.assertEqual(self.asked, 1)
        self.world.begin_pass(deep=True)
        self.world.manager_view()
        self.assertEqual(self.asked, 2)

    def test_a_swarm_without_a_leader_which_answers_slowly(self) -> None:
        self.world.fake_docker.swarm = self.counted(DockerError(503, "the swarm does not have a leader"))
        for _ in range(3):
            with self.assertRaises(DockerError):
                self.world.manager_view()
        self.assertEqual(self.asked, 1)


class VirtualIp(unittest.TestCase):
    ROUTES = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.0.0/24 2 0 2
        |-- 10.0.0.1
           /32 host LOCAL
        |-- 10.0.0.100
           /32 link UNICAST
           /32 host LOCAL
        |-- 10.0.0.200
           /32 link UNICAST
        |-- 10.0.0.255
           /32 link BROADCAST
"""

    def holds(self, address: str) -> bool:
        with mock.patch.object(vip, "read_text", lambda path: self.ROUTES):
            return vip.holds_vip(FakeWorld(vip=address))

    def test_is_here_when_it_is_an_address_of_this_host(self) -> None:
        self.assertTrue(self.holds("10.0.0.1"))
        self.assertTrue(self.holds("10.0.0.100"))

    def test_a_route_to_it_is_not_enough(self) -> None:
        for address in ("10.0.0.200", "10.0.0.255", "10.0.0.0", "10.0.0.10", "0.0.0.0", ""):
            self.assertFalse(self.holds(address), address)

    def test_a_manager_that_is_alone_has_no_list_of_peers_until_it_has_peers(self) -> None:
        alone = "vrrp_instance cluster {\n  # peers begin\n  # peers end\n}\n"
        password = "  authentication {\n    auth_type PASS\n    auth_pass abcd1234\n  }\n"
        peers = "  unicast_src_ip 10.0.0.1\n  unicast_peer {\n    10.0.0.2\n    10.0.0.3\n  }\n"
        written = {vip.CONFIGURATION: alone, vip.PASSWORD: "abcd1234\n"}

        def keep(path: str, text: str, mode: int) -> None:
            written[path] = text

        with mock.patch.object(vip, "read_text", written.get), mock.patch.object(vip, "write_durably", keep):
            world = FakeWorld(vip="10.0.0.100")
            for with_password, block in ((True, password + peers), (False, peers)):
                self.assertTrue(vip.update_peers(world, with_password))
                self.assertEqual(written[vip.CONFIGURATION], alone.replace("  # peers end", block + "  # peers end"))
                self.assertFalse(vip.update_peers(world, with_password))
            with mock.patch.object(vip, "_peer_addresses", lambda world: []):
                self.assertTrue(vip.update_peers(world, True))
        self.assertEqual(written[vip.CONFIGURATION], alone)

    def test_a_manager_of_an_earlier_version_is_spoken_to_without_the_password(self) -> None:
        world = FakeWorld(vip="10.0.0.100")
        used = []
        stage = VipStage()
        with mock.patch.multiple(
            vip_stage, is_candidate=lambda world: True, is_running=lambda: True, holds_vip=lambda world: True
        ):
            with mock.patch.object(vip_stage, "update_peers", lambda world, with_password: used.append(with_password)):
                for states in ({}, {"n2": peer_state()}, {}, {"n2": peer_state(vip_password=True)}):
                    world.states = states
                    stage(world)
        self.assertEqual(used, [True, False, False, True])

    def test_this_kernel_says_it_so(self) -> None:
        self.assertTrue(vip.holds_vip(FakeWorld(vip="127.0.0.1")))


if __name__ == "__main__":
    unittest.main()
