"""The networks that Docker makes by itself for a swarm, with the MTU of the definition and encrypted if that says so. Neither
can be changed later."""

from __future__ import annotations

from typing import Any, Dict, Optional

from ..docker import DockerError, ManagerView
from ..settings import Settings
from ..world import World

OPTION = "com.docker.network.driver.mtu"
"""Of the LAN, for overlay networks too: Docker takes off itself what VXLAN and encryption add to a packet."""

ENCRYPTED = "encrypted"
"""Of overlay networks: that it is there counts."""

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


def overlay_options(settings: Settings) -> Dict[str, str]:
    """Options of an overlay network that sets none itself."""
    return {
        **({OPTION: settings.mtu} if settings.mtu else {}),
        **({ENCRYPTED: "true"} if settings.swarm_encrypted == "yes" else {}),
    }


def ensure_ingress(world: World, view: ManagerView) -> Optional[str]:
    """Makes the network of published ports anew when its options are others: one thing at a time, and only while there is
    no service. Returns what it did, or None."""
    wanted = overlay_options(world.settings)
    if not wanted or not world.deep:
        return None
    ingress = _find(world, INGRESS)
    if ingress is None:
        world.docker.create_network({"Name": INGRESS, "Driver": "overlay", "Ingress": True, "Options": wanted})
        return f"made the ingress network with {_describe(wanted)}"
    if _fits(ingress.get("Options") or {}, wanted) or world.docker.services():
        return None
    try:
        world.docker.remove("networks", ingress["Id"])
    except DockerError as error:
        # The swarm has forgotten it already, and this node takes it down just now.
        if "not found" in str(error):
            return None
        raise
    return f"removed the ingress network, to make it with {_describe(wanted)}"


def _fits(present: Dict[str, str], wanted: Dict[str, str]) -> bool:
    return all(name in present if name == ENCRYPTED else present.get(name) == value for name, value in wanted.items())


def _describe(options: Dict[str, str]) -> str:
    words = [f"an MTU of {options[OPTION]}"] if OPTION in options else []
    return " and ".join([*words, *(["encryption"] if ENCRYPTED in options else [])])


def _find(world: World, name: str) -> Optional[Dict[str, Any]]:
    return next((network for network in world.docker.networks() if network["Name"] == name), None)
