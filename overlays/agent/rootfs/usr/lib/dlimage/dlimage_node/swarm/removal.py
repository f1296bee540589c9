"""Taking a node's entry out of the swarm."""

from __future__ import annotations

import time
from typing import Any, Dict

from ..docker import DockerError, host_name
from ..world import World

DEMOTION_SECONDS = 20.0


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
