"""Labels of swarm nodes. Services with secrets are placed by them, so they are the signed list's to say and not the node's:
of itself a node only says whether the shared storage is there."""

from __future__ import annotations

from typing import Any, Dict

from .roster import Peer
from .settings import Settings
from .swarm.members import is_entry_of
from .world import World

STORAGE = "dlimage.storage"
"""`yes` where the shared storage is mounted: stacks can ask for it."""

OURS = "dlimage.labels"
"""Names of the labels that came from the list, so that one that leaves it leaves the node, too."""


NODE = "dlimage.node"
"""Whose entry it is by the list. An engine can call itself otherwise later, its labels are not its own to change."""


def has_storage(world: World) -> bool:
    """True when this node says that it has the storage."""
    return world.settings.storage not in ("", "none") and world.is_storage_mounted()


def wanted_labels(settings: Settings, peer: Peer, stores: bool) -> Dict[str, str]:
    """All labels of a node that dlimage sets. `stores` is that node's own word for its storage."""
    labels = dict(peer.labels)
    if labels:
        labels[OURS] = ",".join(sorted(peer.labels))
    if settings.storage not in ("", "none"):
        labels[STORAGE] = "yes" if stores else "no"
    return labels


def entry_labels(settings: Settings, peer: Peer, stores: bool) -> Dict[str, str]:
    """All labels of the swarm's entry of a node: also what the node itself has no use for."""
    return {**wanted_labels(settings, peer, stores), NODE: peer.name}


def apply_labels(world: World, node_id: str, peer: Peer, stores: bool) -> bool:
    """Sets the labels on the entry of a node; those that people gave it stay. Only managers can. Returns whether anything
    changed.

    :raises DockerError: when this node is not a manager, or the swarm has no leader
    :raises PermissionError: when the id is another node's
    """
    node = world.docker.node(node_id)
    if not is_entry_of(node, peer):
        raise PermissionError(f"{node_id} is not {peer.name}")
    present = labels_of(node)
    wanted = merged_labels(present, entry_labels(world.settings, peer, stores))
    if wanted == present:
        return False
    world.docker.update_node(node, {**node["Spec"], "Labels": wanted})
    return True


def labels_of(node: Dict[str, Any]) -> Dict[str, str]:
    """Labels of the swarm's entry of a node."""
    return dict(node.get("Spec", {}).get("Labels") or {})


def merged_labels(present: Dict[str, str], wanted: Dict[str, str]) -> Dict[str, str]:
    """The labels that a node should have, given those that it has."""
    earlier = {OURS, *present.get(OURS, "").split(",")}
    return {**{key: value for key, value in present.items() if key not in earlier}, **wanted}
