"""Housekeeping of the swarm's leader, one thing at a time."""

from __future__ import annotations

import time
from typing import Any, Dict, List, Optional

from ..docker import ManagerView, host_name, is_ready
from ..world import World
from .labels import set_swarm_labels
from .members import names_of_ready
from .networks import ensure_ingress
from .removal import remove_member

ORPHAN_SECONDS = 600
"""Seconds that a joining node may take to say its name, on the slowest board."""

ORPHAN_SECONDS_WHEN_COMPLETE = 60
"""The same when every node of the roster is in, so that only one that dlimage does not know can be joining."""

ROTATED_LABEL = "dlimage.tokens-rotated"

SLOW_ARCHITECTURES = ("armv5l", "armv6l")
"""Boards with one old core, as the kernel calls them."""

SLOW_HEARTBEAT_SECONDS = 20
"""Between two signs of life, of which a member may miss two. Docker's own 5 are too few for a board that starts a container:
the swarm calls it down, and takes the container away before it has begun."""


def keep_house(world: World, view: ManagerView) -> Optional[str]:
    """Does the first thing that is due. Returns what it did, or None."""
    return (
        _remove_orphan(world, view.nodes) or ensure_ingress(world, view) or _give_time(world, view) or _rotate_tokens(world, view)
    )


def _remove_orphan(world: World, nodes: List[Dict[str, Any]]) -> Optional[str]:
    """A join that was cut off leaves an entry without a name. So does each attempt that Docker makes again by itself, as
    it does on a slow board."""
    limit = ORPHAN_SECONDS_WHEN_COMPLETE if _is_complete(world, nodes) else ORPHAN_SECONDS
    nameless = [node for node in nodes if not host_name(node) and not is_ready(node)]
    # By this node's own clock: the one on the wall may jump while somebody is joining.
    now = time.monotonic()
    world.nameless_since = {node["ID"]: world.nameless_since.get(node["ID"], now) for node in nameless}
    for node in nameless:
        if now - world.nameless_since[node["ID"]] > limit:
            remove_member(world, node)
            return "removed what was left of a join that was cut off"
    return None


def _give_time(world: World, view: ManagerView) -> Optional[str]:
    """Lengthens the time between heartbeats once a slow board is a member."""
    slow = [host_name(node) for node in view.nodes if _architecture(node) in SLOW_ARCHITECTURES]
    dispatcher = view.swarm["Spec"].get("Dispatcher") or {}
    wanted = SLOW_HEARTBEAT_SECONDS * 10**9
    if not slow or dispatcher.get("HeartbeatPeriod", 0) >= wanted:
        return None
    spec = {**view.swarm["Spec"], "Dispatcher": {**dispatcher, "HeartbeatPeriod": wanted}}
    world.docker.update_swarm(view.swarm, spec)
    return f"gave members {SLOW_HEARTBEAT_SECONDS} s between signs of life: {slow[0]} is a slow board"


def _architecture(node: Dict[str, Any]) -> str:
    description = node.get("Description") or {}
    return str((description.get("Platform") or {}).get("Architecture", ""))


def _rotate_tokens(world: World, view: ManagerView) -> Optional[str]:
    """Once everyone is in, the tokens that were on the wire are worth nothing. Nodes ask for the present one."""
    serial = str(world.roster.serial)
    if (view.swarm["Spec"].get("Labels") or {}).get(ROTATED_LABEL) == serial:
        return None
    if not _is_complete(world, view.nodes):
        return None
    set_swarm_labels(world, view.swarm, {ROTATED_LABEL: serial}, rotate_tokens=True)
    return "changed the join tokens, now that every node is in"


def _is_complete(world: World, nodes: List[Dict[str, Any]]) -> bool:
    return len(names_of_ready(world.roster, nodes)) == len(world.roster.nodes)
