"""Labels of swarm nodes."""

from __future__ import annotations

from typing import Any, Dict

from .files import read_text
from .docker import host_name
from .world import World

FILE = "/etc/dlimage/labels"
STORAGE = "dlimage.storage"


def wanted_labels(world: World) -> Dict[str, str]:
    """Those of the definition, and whether the shared storage is there: stacks can ask for `yes`."""
    labels = dict(line.split("=", 1) for line in read_text(FILE).splitlines() if "=" in line)
    if world.settings.storage not in ("", "none"):
        labels[STORAGE] = "yes" if world.is_storage_mounted() else "no"
    return labels


def has_labels(node: Dict[str, Any], labels: Dict[str, str]) -> bool:
    """True when the swarm's entry of a node has all of these."""
    return labels.items() <= (node.get("Spec", {}).get("Labels") or {}).items()


def apply_labels(world: World, node_id: str, labels: Dict[str, str], name: str) -> bool:
    """Adds the labels to the node of that name, others stay. Only managers can. Returns whether anything changed.

    :raises DockerError: when this node is not a manager, or the swarm has no leader
    :raises PermissionError: when the id is another node's
    """
    node = world.docker.node(node_id)
    if host_name(node) != name:
        raise PermissionError(f"{node_id} is not {name}")
    if has_labels(node, labels):
        return False
    merged = {**(node["Spec"].get("Labels") or {}), **labels}
    world.docker.update_node(node, {**node["Spec"], "Labels": merged})
    return True
