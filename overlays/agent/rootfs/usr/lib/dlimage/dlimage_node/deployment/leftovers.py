"""Old versions of configs and secrets. Their content cannot change, so each version has a name of its own and stays."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Set, Tuple

from ..docker import DockerError, age_seconds
from ..world import World

LABEL = "dlimage.versioned"
"""On what the builder gave a name with a hash; its value is the name without it. Nothing else is ever removed."""

STACK_LABEL = "com.docker.stack.namespace"

KEEP_SECONDS = 86400.0
"""A version that nothing uses is kept this long: a deployment may be under way, or be taken back by hand."""

KINDS = ("configs", "secrets")


def remove_leftovers(world: World) -> List[str]:
    """Removes the versions that no service uses, whose service would not go back to them, and that are not the newest of
    their name. Returns the names of those removed.

    :raises DockerError: when this node is not a manager, or the swarm has no leader
    """
    removed = []
    for kind in KINDS:
        versions = world.docker.labelled(kind, LABEL)
        candidates = [one for one in _superseded(versions) if age_seconds(one) > KEEP_SECONDS]
        # Services are asked for last: one that began to use a version meanwhile is seen.
        used = used_ids(world.docker.services()) if candidates else set()
        for version in candidates:
            if version["ID"] not in used and _remove(world, kind, version["ID"]):
                removed.append(version["Spec"]["Name"])
    return removed


def used_ids(services: List[Dict[str, Any]]) -> Set[str]:
    """Ids of the configs and secrets that services use, or used before their last update: a rollback needs them."""
    specs = [service.get(key) or {} for service in services for key in ("Spec", "PreviousSpec")]
    return {identity for spec in specs for identity in _ids_in(spec)}


def _ids_in(spec: Dict[str, Any]) -> Iterator[str]:
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    for key, identity in (("Configs", "ConfigID"), ("Secrets", "SecretID")):
        for reference in container.get(key) or []:
            yield reference[identity]


def _superseded(versions: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    newest: Dict[Tuple[str, str], Dict[str, Any]] = {}
    for version in versions:
        name = _stable_name(version)
        if name not in newest or version["CreatedAt"] > newest[name]["CreatedAt"]:
            newest[name] = version
    return [version for version in versions if version is not newest[_stable_name(version)]]


def _stable_name(version: Dict[str, Any]) -> Tuple[str, str]:
    labels = version["Spec"]["Labels"]
    return labels.get(STACK_LABEL, ""), labels[LABEL]


def _remove(world: World, kind: str, identity: str) -> bool:
    try:
        world.docker.remove(kind, identity)
        return True
    except DockerError:
        # A service has just begun to use it, and Docker refuses: that is the answer wanted.
        return False
