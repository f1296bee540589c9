"""Networks that several stacks share: made before the first stack that wants them, never changed."""

from __future__ import annotations

from typing import Any, Dict, List

from ..swarm.mtu import OPTION as MTU_OPTION
from ..world import World

LABEL = "dlimage.network"


class NetworkProblem(Exception):
    """A network of that name is there, and no stack can use it."""


def ensure_networks(world: World, networks: List[Dict[str, Any]]) -> None:
    """Makes those that are missing.

    :raises NetworkProblem: when the name belongs to a network that is this node's alone
    :raises DockerError: when Docker does not make one
    """
    there = {network["Name"]: network for network in world.docker.networks()} if networks else {}
    for network in networks:
        name = network["name"]
        if name not in there:
            world.docker.create_network(_specification(network, world.settings.mtu))
        elif there[name]["Scope"] != "swarm":
            raise NetworkProblem(f"the network {name} is this node's alone; remove it: docker network rm {name}")


def _specification(network: Dict[str, Any], usual_mtu: str) -> Dict[str, Any]:
    mtu = network.get("mtu") or usual_mtu
    options = {**network.get("options", {}), **({MTU_OPTION: str(mtu)} if mtu else {})}
    subnet = network.get("subnet")
    return {
        "Name": network["name"],
        "Driver": "overlay",
        "Attachable": True,
        "CheckDuplicate": True,
        "Options": options,
        "Labels": {LABEL: network["name"]},
        **({"IPAM": {"Driver": "default", "Config": [{"Subnet": subnet}]}} if subnet else {}),
    }
