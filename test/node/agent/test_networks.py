"""The networks that a swarm has by itself, their MTU and encryption."""

from __future__ import annotations

import unittest
from typing import Any, Dict, List, Optional

from dlimage_node.deployment.networks import ensure_networks
from dlimage_node.docker import DockerError
from dlimage_node.swarm.networks import ENCRYPTED, OPTION, ensure_bridge, ensure_ingress
from fake_world import FakeWorld


def network(name: str, mtu: Optional[str] = None) -> Dict[str, Any]:
    return {"Name": name, "Id": f"id-{name}", "Options": {OPTION: mtu} if mtu else None}


class Mtu(unittest.TestCase):
    def world(
        self, *networks: Dict[str, Any], services: Optional[List[Any]] = None, mtu: str = "1400", deep: bool = True
    ) -> FakeWorld:
        world = FakeWorld(mtu=mtu)
        world.fake_docker.is_in_swarm()
        world.fake_docker.answers.update({"GET /networks": list(networks), "GET /services": services or []})
        world.begin_pass(deep)
        return world

    def ingress(self, world: FakeWorld) -> Optional[str]:
        return ensure_ingress(world, world.manager_view())

    def test_of_the_ingress_network_is_changed_by_making_it_anew(self) -> None:
        world = self.world(network("ingress", "1450"))
        self.assertEqual(self.ingress(world), "removed the ingress network, to make it with an MTU of 1400")
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


class Encryption(unittest.TestCase):
    def world(self, options: Optional[Dict[str, str]], services: Optional[List[Any]] = None, **settings: str) -> FakeWorld:
        world = FakeWorld(**settings)
        world.fake_docker.is_in_swarm()
        found = [] if options is None else [{"Name": "ingress", "Id": "id", "Options": options}]
        world.fake_docker.answers.update({"GET /networks": found, "GET /services": services or []})
        world.begin_pass(True)
        return world

    def test_of_published_ports_comes_while_nothing_is_published(self) -> None:
        world = self.world({}, swarm_encrypted="yes")
        self.assertEqual(ensure_ingress(world, world.manager_view()), "removed the ingress network, to make it with encryption")
        world = self.world(None, swarm_encrypted="yes", mtu="1400")
        said = "made the ingress network with an MTU of 1400 and encryption"
        self.assertEqual(ensure_ingress(world, world.manager_view()), said)
        self.assertEqual(world.fake_docker.changes[0][1]["Options"], {OPTION: "1400", ENCRYPTED: "true"})

    def test_is_not_asked_for_or_there_or_too_late(self) -> None:
        for world in (
            self.world({}),
            self.world({ENCRYPTED: ""}, swarm_encrypted="yes"),
            self.world({}, services=[{}], swarm_encrypted="yes"),
        ):
            self.assertIsNone(ensure_ingress(world, world.manager_view()))
            self.assertEqual(world.fake_docker.changes, [])

    def test_of_shared_networks_that_are_not_there_yet(self) -> None:
        world = self.world(None, swarm_encrypted="yes")
        world.fake_docker.answers["GET /networks"] = [{"Name": "old", "Scope": "swarm"}]
        ensure_networks(world, [{"name": "old"}, {"name": "new"}, {"name": "own", "options": {ENCRYPTED: ""}}])
        made = {body["Name"]: body["Options"] for _, body in world.fake_docker.changes}
        self.assertEqual(made, {"new": {ENCRYPTED: "true"}, "own": {ENCRYPTED: ""}})


if __name__ == "__main__":
    unittest.main()
