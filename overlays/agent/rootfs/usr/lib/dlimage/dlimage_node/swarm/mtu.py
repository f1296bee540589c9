"""The networks that Docker makes by itself for a swarm, with the MTU of the definition. An MTU cannot be changed later."""

from __future__ import annotations

from typing import Any, Dict, Optional

from ..docker import DockerError, ManagerView
from ..world import World

OPTION = "com.docker.network.driver.mtu"
"""Of the LAN, for overlay networks too: Docker takes off itself what VXLAN and encryption add to a packet."""

BRIDGE = "docker_gwbridge"
INGRESS = "ingress"


def ensure_bridge(world: World) -> bool:
    """Makes the bridge by which containers of overlay networks reach the LAN, before Docker makes it with an MTU of 1500.
    Returns whether it had to."""
    mtu = world.settings.mtu
    if not mtu or _find(world, BRIDGE):
        return False
    options = {
        "com.docker.network.bridge.name": BRIDGE,
        "com.docker.network.bridge.enable_icc": "false",
        "com.docker.network.bridge.enable_ip_masquerade": "true",
        OPTION: mtu,
    }
    world.docker.create_network({"Name": BRIDGE, "Driver": "bridge", "Options": options})
    return True


def ensure_ingress(world: World, view: ManagerView) -> Optional[str]:
    """Makes the network of published ports anew when its MTU is another one: one thing at a time, and only while there is
    no service. Returns what it did, or None."""
    mtu = world.settings.mtu
    if not mtu or not world.deep:
        return None
    ingress = _find(world, INGRESS)
    if ingress is None:
        world.docker.create_network({"Name": INGRESS, "Driver": "overlay", "Ingress": True, "Options": {OPTION: mtu}})
        return f"made the ingress network with an MTU of {mtu}"
    if (ingress.get("Options") or {}).get(OPTION) == mtu or world.docker.services():
        return None
    try:
        world.docker.remove("networks", ingress["Id"])
    except DockerError as error:
        # The swarm has forgotten it already, and this node takes it down just now.
        if "not found" in str(error):
            return None
        raise
    return "removed the ingress network, to make it with another MTU"


def _find(world: World, name: str) -> Optional[Dict[str, Any]]:
    return next((network for network in world.docker.networks() if network["Name"] == name), None)
