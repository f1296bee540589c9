"""The node's labels in the swarm, for placing services."""

from __future__ import annotations

import json
import time
from typing import Dict, Optional

from ..docker import DockerError
from ..labels import apply_labels, has_labels, wanted_labels
from ..outcome import Acted, Done, Outcome, Waiting
from ..world import World

RENEW_SECONDS = 600.0
RETRY_SECONDS = 10.0
"""Between two rounds of asking all managers: while they are busy, questions are what they need least."""


class LabelsStage:
    """Keeps what a manager last confirmed to this worker, which cannot see its own labels."""

    def __init__(self) -> None:
        self._confirmed: Optional[Dict[str, str]] = None
        self._confirmed_at = float("-inf")
        self._refused_at = float("-inf")

    def __call__(self, world: World) -> Outcome:
        swarm = world.local_swarm()
        if swarm is None or swarm["LocalNodeState"] != "active":
            return Waiting("waiting for the swarm")
        labels = wanted_labels(world)
        if not labels:
            return Done("none")
        said = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
        if swarm.get("ControlAvailable"):
            try:
                if has_labels(world.manager_view().node(swarm["NodeID"]), labels):
                    return Done(said)
                changed = apply_labels(world, swarm["NodeID"], labels, world.settings.node)
            except DockerError as error:
                return Waiting(f"the swarm: {error}")
            return Acted(said) if changed else Done(said)
        # The managers of a swarm that the definition names know nothing of dlimage; what the labels are is theirs to say.
        if world.settings.swarm_join_addresses or self._is_confirmed(world, swarm["NodeID"], labels):
            return Done(said)
        return Waiting("waiting for a manager to set the labels")

    def _is_confirmed(self, world: World, node_id: str, labels: Dict[str, str]) -> bool:
        """True when a manager has set them lately, or does so now."""
        now = time.monotonic()
        if self._confirmed == labels and now - self._confirmed_at < RENEW_SECONDS:
            return True
        if now - self._refused_at < RETRY_SECONDS:
            return False
        question = json.dumps({"id": node_id, "labels": labels})
        for manager in world.other_managers:
            if world.ask(manager, "labels", stdin=question) is not None:
                self._confirmed, self._confirmed_at = labels, now
                return True
        self._refused_at = time.monotonic()
        return False
