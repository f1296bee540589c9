"""Entries of the swarm whose keys the list revokes. An engine keeps its own certificate of the swarm, so its entry has to go."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Optional, Set

from ..docker import ManagerView, host_name
from ..labels import NODE, labels_of
from ..roster import Revoked
from ..world import World
from .labels import set_swarm_labels
from .removal import remove_member

REVOKED_LABEL = "dlimage.revoked"
"""Dismissals that are done: a card with new keys comes back under the same name, and its entry stays."""


def dismiss(world: World, view: ManagerView) -> Optional[str]:
    """Step of a manager for the first one that is due. Only the leader does it, as long as it is trusted itself."""
    due = due_in(world, view.swarm)
    if not due:
        return None
    own = (world.local_swarm() or {}).get("NodeID")
    names = {keys.name for keys in due}
    entries = [node for node in view.nodes if node["ID"] != own and names_of(node) & names]
    leader = next((node for node in view.nodes if (node.get("ManagerStatus") or {}).get("Leader")), None)
    if not view.is_leader(str(own)) and leader not in entries:
        return None
    if entries:
        remove_member(world, entries[0])
        return f"removed {', '.join(sorted(names_of(entries[0]) & names))} from the swarm: its keys are revoked"
    mark_done(world, view.swarm, due)
    return "changed the join tokens, which a revoked node may know"


def due_in(world: World, swarm: Dict[str, Any]) -> List[Revoked]:
    """The revoked keys that nothing was done about yet."""
    done = done_in(swarm)
    return [keys for keys in world.roster.revoked if mark_of(keys) not in done]


def mark_done(world: World, swarm: Dict[str, Any], due: List[Revoked]) -> None:
    """Remembers it where every manager sees it."""
    marks = {mark_of(keys) for keys in world.roster.revoked}
    done = (done_in(swarm) & marks) | {mark_of(keys) for keys in due}
    set_swarm_labels(world, swarm, {REVOKED_LABEL: ",".join(sorted(done))}, rotate_tokens=True)


def done_in(swarm: Dict[str, Any]) -> Set[str]:
    return set(str((swarm["Spec"].get("Labels") or {}).get(REVOKED_LABEL) or "").split(","))


def mark_of(keys: Revoked) -> str:
    digest = hashlib.sha256(" ".join(keys.ssh_keys).encode()).hexdigest()
    return f"{keys.name}:{digest[:12]}"


def names_of(node: Dict[str, Any]) -> Set[str]:
    """Names of an entry: its own, and the one that a manager last set as a label, which is no word of its own."""
    return {host_name(node), str(labels_of(node).get(NODE) or "")} - {""}
