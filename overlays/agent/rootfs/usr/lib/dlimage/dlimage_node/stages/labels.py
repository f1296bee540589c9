"""The node's labels in the swarm, for placing services."""

from __future__ import annotations

import json
import time
from typing import Dict, Optional

from ..docker import DockerError
from ..labels import OURS, apply_labels, entry_labels, has_storage, labels_of, merged_labels, wanted_labels
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
        stores = has_storage(world)
        labels = wanted_labels(world.settings, world.me, stores)
        said = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()) if key != OURS) or "none"
        if swarm.get("ControlAvailable"):
            try:
                present = labels_of(world.manager_view().node(swarm["NodeID"]))
                if merged_labels(present, entry_labels(world.settings, world.me, stores)) == present:
                    return Done(said)
                changed = apply_labels(world, swarm["NodeID"], world.me, stores)
            except DockerError as error:
                return Waiting(f"the swarm: {error}")
            return Acted(said) if changed else Done(said)
        # The managers of a swarm that the definition names know nothing of dlimage; what the labels are is theirs to say.
        if world.settings.swarm_join_addresses or self._is_confirmed(world, swarm["NodeID"], labels, stores):
            return Done(said)
        return Waiting("waiting for a manager to set the labels")

    def _is_confirmed(self, world: World, node_id: str, labels: Dict[str, str], stores: bool) -> bool:
        """True when a manager has set them lately, or does so now."""
        now = time.monotonic()
        if self._confirmed == labels and now - self._confirmed_at < RENEW_SECONDS:
            return True
        if now - self._refused_at < RETRY_SECONDS:
            return False
        question = json.dumps({"id": node_id, "stores": stores})
        for manager in world.other_managers:
            answer = world.ask(manager, "labels", stdin=question)
            # One that has not seen the newest list yet sets other labels.
            if answer is not None and answer.get("labels") == labels:
                self._confirmed, self._confirmed_at = labels, now
                return True
        self._refused_at = time.monotonic()
        return False
