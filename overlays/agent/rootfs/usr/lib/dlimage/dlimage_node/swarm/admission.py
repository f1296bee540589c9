"""Letting a node into the swarm: what a manager does when it is asked for a token."""

from __future__ import annotations

from typing import Any, Dict, List

from ..docker import host_name
from ..roster import Peer
from ..world import World
from .dismissal import due_in, mark_done
from .engine import PORT
from .members import is_joining
from .removal import remove_member
from .standing import READY, standing


def admit(world: World, caller: Peer) -> Dict[str, Any]:
    """Removes whatever the swarm remembers of the caller, then hands out the token of its role.

    A node that asks has no swarm state: it was re-flashed, or its joining was cut off. Its old entry would stay for
    ever, and a manager's would count as a dead vote: with one more failure the swarm loses its quorum although a
    majority of the machines is up. So it goes first, whatever its status: a ghost whose address is in use again is
    listed as reachable. Source: https://github.com/moby/moby/issues/34722
    """
    with world.changing_swarm:
        stand = standing(world)
        if stand.word != READY or stand.swarm is None:
            return {"swarm": stand.word}
        for node in world.docker.nodes():
            if host_name(node) == caller.name:
                remove_member(world, node)
        swarm = world.docker.swarm()
        due = [keys for keys in due_in(world, swarm) if keys.name == caller.name]
        if due:
            # What comes under this name from here on is the new card.
            mark_done(world, swarm, due)
        if caller.role == "manager" and any(map(is_joining, world.docker.nodes())):
            return {"swarm": READY, "busy": True}
        tokens = world.docker.swarm()["JoinTokens"]
        return {
            "swarm": READY,
            "epoch": stand.swarm["ID"],
            "token": tokens["Manager" if caller.role == "manager" else "Worker"],
            "addresses": [f"{world.settings.address}:{PORT}", *_other_managers(world)],
        }


def _other_managers(world: World) -> List[str]:
    statuses = [node.get("ManagerStatus") or {} for node in world.docker.nodes()]
    return [
        status["Addr"]
        for status in statuses
        if status.get("Reachability") == "reachable" and not status["Addr"].startswith(f"{world.settings.address}:")
    ]
