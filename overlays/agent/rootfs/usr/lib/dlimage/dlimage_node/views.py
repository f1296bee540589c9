"""What the status record shows beyond the stages."""

from __future__ import annotations

from typing import Any, Dict, Optional

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
            view["services"] = len(world.docker.services())
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


def vip_view(world: World) -> Optional[Dict[str, Any]]:
    """The virtual IP, and whether it is here; None in a cluster without one."""
    address = world.settings.vip
    return {"address": address, "holds": holds_vip(world)} if address else None
