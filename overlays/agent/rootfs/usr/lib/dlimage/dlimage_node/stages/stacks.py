"""The stacks of the definition, deployed by the swarm's leader."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Optional

from ..docker import DockerError
from ..files import read_text
from ..outcome import Acted, Done, Outcome, Waiting
from ..swarm.housekeeping import set_swarm_labels
from ..world import World

LIST = "/etc/dlimage/stacks.json"
FOLDER = "/etc/dlimage/stacks"
LABEL = "dlimage.stack."
HISTORY = 8
"""How many versions of a stack are remembered: a node with an older image must not put an older version back."""


def step(world: World) -> Outcome:
    stacks = _wanted()
    if not stacks:
        return Done("none in the definition")
    local = world.local_swarm()
    if local is None or local["LocalNodeState"] != "active":
        return Waiting("waiting for the swarm")
    if not local.get("ControlAvailable"):
        return Done("a manager deploys them")
    try:
        view = world.manager_view()
    except DockerError:
        return Waiting("waiting for a majority of the managers")
    if world.acceptor.decided != view.swarm["ID"]:
        return Waiting("waiting for the swarm")
    due = _first_due(stacks, view.swarm)
    if due is None:
        return Done(f"{len(stacks)} deployed")
    if not view.is_leader(local["NodeID"]):
        return Waiting(f"waiting for the leader to deploy {due['name']}")
    if world.settings.storage not in ("", "none") and not world.is_storage_mounted():
        return Waiting(f"waiting for the storage, before {due['name']} is deployed")
    return _deploy(world, due, view.swarm)


def _wanted() -> List[Dict[str, Any]]:
    text = read_text(LIST)
    return json.loads(text) if text else []


def _first_due(stacks: List[Dict[str, Any]], swarm: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    labels = swarm["Spec"].get("Labels") or {}
    return next((one for one in stacks if one["sha256"] not in labels.get(LABEL + one["name"], "").split(",")), None)


def _deploy(world: World, stack: Dict[str, Any], swarm: Dict[str, Any]) -> Outcome:
    for path in stack.get("directories", []):
        # What is there may be a file, which can be mounted as well.
        if not os.path.exists(path):
            os.makedirs(path)
    result = world.run(
        [
            *["docker", "stack", "deploy", "--resolve-image", stack["resolve_image"]],
            *["--compose-file", os.path.join(FOLDER, stack["file"]), stack["name"]],
        ],
        timeout=300,
    )
    if not result.ok:
        return Waiting(f"{stack['name']} cannot be deployed: {result.complaint}")
    label = LABEL + stack["name"]
    before = [one for one in (swarm["Spec"].get("Labels") or {}).get(label, "").split(",") if one]
    # The deployment has changed the swarm's version.
    history = ",".join([*before, stack["sha256"]][-HISTORY:])
    set_swarm_labels(world, world.docker.swarm(), {label: history})
    return Acted(f"deployed {stack['name']}")
