"""State of this node in the swarm, in the words that nodes use among each other."""

from __future__ import annotations

import os
from typing import Any, Dict, NamedTuple, Optional

from ..docker import DockerError
from ..world import World

SWARM_STATE = "/var/lib/docker/swarm/docker-state.json"

NONE = "none"
"""In no swarm."""
BUSY = "busy"
"""Docker is joining one, or reports an error about it."""
WORKER = "worker"
UNCONFIRMED = "unconfirmed"
"""Manager of a swarm that the majority has not agreed on yet."""
NO_QUORUM = "no-quorum"
READY = "ready"
"""Manager of the cluster's swarm, able to take in others."""
UNKNOWN = "unknown"
"""Docker does not answer."""


class Standing(NamedTuple):
    word: str
    holds_swarm: bool
    """Has anything of a swarm that founding another one would lose or contradict."""
    swarm: Optional[Dict[str, Any]]
    """Answer of GET /swarm, for managers with quorum."""


def standing(world: World) -> Standing:
    """Asks Docker afresh; callable from any thread."""
    try:
        local = world.docker.local_swarm()
    except DockerError:
        return Standing(UNKNOWN, os.path.exists(SWARM_STATE), None)
    state = local["LocalNodeState"]
    if state == "inactive":
        return Standing(NONE, False, None)
    if not local.get("ControlAvailable"):
        return Standing(WORKER if state == "active" else BUSY, True, None)
    # A manager that was started again is `pending` until it finds a leader.
    if state not in ("active", "pending"):
        return Standing(BUSY, True, None)
    try:
        swarm = world.docker.swarm()
    except DockerError:
        return Standing(NO_QUORUM, True, None)
    confirmed = world.acceptor.decided == swarm["ID"]
    return Standing(READY if confirmed else UNCONFIRMED, True, swarm)
