"""Networks that several stacks share: made before the first stack that wants them, never changed."""

from __future__ import annotations

from typing import Any, Dict, List

from ..swarm.networks import OPTION as MTU_OPTION
from ..swarm.networks import overlay_options
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
            world.docker.create_network(_specification(network, overlay_options(world.settings)))
        elif there[name]["Scope"] != "swarm":
            raise NetworkProblem(f"the network {name} is this node's alone; remove it: docker network rm {name}")


def _specification(network: Dict[str, Any], usual: Dict[str, str]) -> Dict[str, Any]:
    own = {MTU_OPTION: str(network["mtu"])} if network.get("mtu") else {}
    options = {**usual, **network.get("options", {}), **own}
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
