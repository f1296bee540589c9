"""Views of the status record beyond the stages."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .deployment.leftovers import STACK_LABEL
from .docker import DockerError, host_name
from .vip import holds_vip
from .world import World


def swarm_view(world: World) -> Optional[Dict[str, Any]]:
    """The swarm as this node sees it; its nodes are known to managers with quorum only."""
    local = world.local_swarm()
    if local is None:
        return None
    view: Dict[str, Any] = {"state": local["LocalNodeState"], "nodes": None}
    if local.get("ControlAvailable"):
        try:
            view["nodes"] = [_node_view(node) for node in world.manager_view().nodes]
            services = world.docker.services()
            view["services"] = len(services)
            view["stacks"] = stacks_view(services)
        except DockerError:
            pass
    return view


def _node_view(node: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "name": host_name(node),
        "role": node["Spec"]["Role"],
        "state": node["Status"]["State"],
        "availability": node["Spec"]["Availability"],
        "leader": bool((node.get("ManagerStatus") or {}).get("Leader")),
    }


def stacks_view(services: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """The stacks by name, each with how many services it has and the ports that they publish. A service that was made
    alone stands for itself."""
    stacks: Dict[str, Dict[str, Any]] = {}
    for service in sorted(services, key=lambda service: str(service["Spec"]["Name"])):
        labels = service["Spec"].get("Labels") or {}
        name = labels.get(STACK_LABEL) or service["Spec"]["Name"]
        stack = stacks.setdefault(name, {"name": name, "services": 0, "ports": []})
        stack["services"] += 1
        for port in (service.get("Endpoint") or {}).get("Ports") or []:
            if "PublishedPort" in port:
                stack["ports"].append({"port": port["PublishedPort"], "protocol": port.get("Protocol", "tcp")})
    return sorted(stacks.values(), key=lambda stack: str(stack["name"]))


def roster_view(world: World) -> List[Dict[str, Any]]:
    """All nodes that there should be, also known to workers."""
    return [{"name": peer.name, "address": peer.address, "role": peer.role} for peer in world.roster.nodes]


def vip_view(world: World) -> Optional[Dict[str, Any]]:
    """The virtual IP, and whether it is here; None in a cluster without one."""
    address = world.settings.vip
    return {"address": address, "holds": holds_vip(world)} if address else None
