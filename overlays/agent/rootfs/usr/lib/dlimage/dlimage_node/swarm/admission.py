"""Letting a node into the swarm: what a manager does when it is asked for a token."""

from __future__ import annotations

import time
from typing import Any, Dict, List

from ..docker import DockerError, host_name
from ..roster import Peer
from ..world import World
from .engine import PORT
from .members import is_joining
from .standing import READY, standing

DEMOTION_SECONDS = 20.0


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
        if caller.role == "manager" and any(map(is_joining, world.docker.nodes())):
            return {"swarm": READY, "busy": True}
        tokens = world.docker.swarm()["JoinTokens"]
        return {
            "swarm": READY,
            "epoch": stand.swarm["ID"],
            "token": tokens["Manager" if caller.role == "manager" else "Worker"],
            "addresses": [f"{world.settings.address}:{PORT}", *_other_managers(world)],
        }


def remove_member(world: World, node: Dict[str, Any]) -> None:
    """Removes a node from the swarm. A manager has to be demoted first; `--force` does not replace that."""
    node_id = node["ID"]
    if node["Spec"]["Role"] == "manager":
        _demote(world, node)
    limit = time.monotonic() + DEMOTION_SECONDS
    while True:
        try:
            world.docker.remove_node(node_id)
        except DockerError as error:
            # The raft group gives up a member in its own time.
            if error.status == 404:
                return
            if time.monotonic() > limit:
                raise
            time.sleep(0.3)
        else:
            print(f"swarm: removed the stale entry {node_id} of {host_name(node) or 'no one'}", flush=True)
            return


def _demote(world: World, node: Dict[str, Any]) -> None:
    try:
        world.docker.update_node(node, {**node["Spec"], "Role": "worker"})
    except DockerError as error:
        # Its joining was cut off before it had a vote. Then it can be removed as it is.
        if "raft memberlist" not in str(error):
            raise


def _other_managers(world: World) -> List[str]:
    statuses = [node.get("ManagerStatus") or {} for node in world.docker.nodes()]
    return [
        status["Addr"]
        for status in statuses
        if status.get("Reachability") == "reachable" and not status["Addr"].startswith(f"{world.settings.address}:")
    ]
