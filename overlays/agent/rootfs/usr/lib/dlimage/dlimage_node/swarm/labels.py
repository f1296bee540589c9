"""Labels of the swarm itself, where every manager sees them."""

from __future__ import annotations

from typing import Any, Dict

from ..world import World

CLUSTER_LABEL = "dlimage.cluster"


def set_swarm_labels(world: World, swarm: Dict[str, Any], labels: Dict[str, str], rotate_tokens: bool = False) -> None:
    """Adds labels to those that are there."""
    spec = swarm["Spec"]
    spec["Labels"] = {**(spec.get("Labels") or {}), CLUSTER_LABEL: world.settings.cluster_id, **labels}
    world.docker.update_swarm(swarm, spec, rotate_tokens)
