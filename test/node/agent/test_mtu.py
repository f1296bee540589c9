"""The networks that a swarm has by itself, and their MTU."""

from __future__ import annotations

import unittest
from typing import Any, Dict, List, Optional

from dlimage_node.docker import DockerError
from dlimage_node.swarm.mtu import OPTION, ensure_bridge, ensure_ingress
from fake_world import FakeWorld


def network(name: str, mtu: Optional[str] = None) -> Dict[str, Any]:
    return {"Name": name, "Id": f"id-{name}", "Options": {OPTION: mtu} if mtu else None}


class Mtu(unittest.TestCase):
    def world(self, *networks: Dict[str, Any], services: Optional[List[Any]] = None, mtu: str = "1400", deep: bool = True) -> FakeWorld:
        world = FakeWorld(mtu=mtu)
        world.fake_docker.is_in_swarm()
        world.fake_docker.answers.update({"GET /networks": list(networks), "GET /services": services or []})
        world.begin_pass(deep)
        return world

    def ingress(self, world: FakeWorld) -> Optional[str]:
        return ensure_ingress(world, world.manager_view())

    def test_of_the_ingress_network_is_changed_by_making_it_anew(self) -> None:
        world = self.world(network("ingress", "1450"))
        self.assertEqual(self.ingress(world), "removed the ingress network, to make it with another MTU")
        self.assertEqual(world.fake_docker.changes, [("/networks/id-ingress", None)])
        world = self.world()
        self.assertEqual(self.ingress(world), "made the ingress network with an MTU of 1400")
        ((_, made),) = world.fake_docker.changes
        self.assertEqual((made["Ingress"], made["Options"]), (True, {OPTION: "1400"}))

    def test_is_waited_for_while_the_old_network_is_taken_down(self) -> None:
        world = self.world(network("ingress", "1450"))
        world.fake_docker.answers["DELETE /networks/id-ingress"] = DockerError(404, "network not found")
        self.assertIsNone(self.ingress(world))

    def test_is_left_alone_when_right_or_used_or_not_in_the_definition(self) -> None:
        for world in (
            self.world(network("ingress", "1400")),
            self.world(network("ingress"), services=[{}]),
            self.world(network("ingress"), mtu=""),
            self.world(network("ingress"), deep=False),
        ):
            self.assertIsNone(self.ingress(world))
            self.assertEqual(world.fake_docker.changes, [])

    def test_of_the_bridge_is_that_of_the_lan(self) -> None:
        world = self.world()
        self.assertTrue(ensure_bridge(world))
        ((_, made),) = world.fake_docker.changes
        self.assertEqual((made["Name"], made["Options"][OPTION]), ("docker_gwbridge", "1400"))
        for untouched in (self.world(network("docker_gwbridge")), self.world(mtu="")):
            self.assertFalse(ensure_bridge(untouched))
            self.assertEqual(untouched.fake_docker.changes, [])


if __name__ == "__main__":
    unittest.main()
