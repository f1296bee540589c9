"""The node's labels in the swarm, for placing services."""

from __future__ import annotations

import json
import time
from typing import Dict, Optional

from ..docker import DockerError
from ..labels import apply_labels, wanted_labels
from ..outcome import Acted, Done, Outcome, Waiting
from ..world import World

RENEW_SECONDS = 600.0


class _Memory:
    """What a manager last confirmed to this worker, which cannot see its own labels."""

    confirmed: Optional[Dict[str, str]] = None
    confirmed_at = float("-inf")


def step(world: World) -> Outcome:
    info = world.docker_info()
    if info is None or info["Swarm"]["LocalNodeState"] != "active":
        return Waiting("the swarm")
    labels = wanted_labels(world)
    if not labels:
        return Done("none")
    swarm = info["Swarm"]
    said = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
    if swarm.get("ControlAvailable"):
        try:
            changed = apply_labels(world, swarm["NodeID"], labels, world.settings.node)
        except DockerError as error:
            return Waiting(f"the swarm: {error}")
        return Acted(said) if changed else Done(said)
    return _through_a_manager(world, swarm["NodeID"], labels) or Done(said)


def _through_a_manager(world: World, node_id: str, labels: Dict[str, str]) -> Optional[Outcome]:
    now = time.monotonic()
    if _Memory.confirmed == labels and now - _Memory.confirmed_at < RENEW_SECONDS:
        return None
    question = json.dumps({"id": node_id, "labels": labels})
    for manager in world.other_managers:
        if world.ask(manager, "labels", stdin=question) is not None:
            _Memory.confirmed, _Memory.confirmed_at = labels, now
            return None
    return Waiting("a manager to set the labels")
