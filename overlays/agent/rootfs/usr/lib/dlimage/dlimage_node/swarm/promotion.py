"""A worker that the list of nodes calls a manager: a cluster of two has one manager; with the third node the second becomes
one too. Never the other way round.

The node itself asks for it, under the name in its certificate, and gives the id of its own entry.
"""

from __future__ import annotations

from typing import Any, Dict

from ..outcome import Acted, Outcome, Waiting
from ..roster import Peer
from ..world import World
from .members import is_entry_of, is_joining
from .standing import READY


def ask_for_promotion(world: World, node_id: str) -> Outcome:
    """Step of the node that is to become a manager."""
    states = world.manager_states()
    for manager in world.other_managers:
        if states.get(manager.name, {}).get("swarm") != READY:
            continue
        answer = world.ask(manager, f"promote {node_id}", timeout=30)
        if answer is not None and answer.get("promoted"):
            return Acted(f"was made a manager by {manager.name}")
    return Waiting("waiting for a manager that makes this node one, too")


def promote(world: World, caller: Peer, node_id: str) -> Dict[str, Any]:
    """What a manager does about it. The list says whether the caller is to be one.

    :raises DockerError: when this node is not a manager, or the swarm has no leader
    :raises PermissionError: when the id is another node's
    """
    with world.changing_swarm:
        nodes = world.docker.nodes()
        named = [node for node in nodes if node["ID"] == node_id and is_entry_of(node, caller)]
        if not named:
            raise PermissionError(f"{node_id} is not {caller.name}")
        node = named[0]
        if node["Spec"]["Role"] == "manager":
            return {"promoted": True}
        if any(map(is_joining, nodes)):
            return {"promoted": False}
        world.docker.update_node(node, {**node["Spec"], "Role": "manager"})
        return {"promoted": True}
