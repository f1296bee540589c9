"""Which versions of a stack were deployed, remembered in the swarm's own labels where every manager sees them."""

from __future__ import annotations

from typing import Any, Dict, List

from .wanted import Stack

LABEL = "dlimage.stack."

HISTORY = 32
"""How many versions of a stack are remembered: a node with an older image must not put an older version back."""

VERSION_DIGITS = 16
"""Of the 64 of a SHA-256. Labels go to every manager with each change of the swarm."""


def is_deployed(stack: Stack, swarm: Dict[str, Any]) -> bool:
    """True when this version was deployed once, also when a later one was deployed since."""
    return any(_is_version(one, stack) for one in _versions(stack, swarm))


def is_outdated(stack: Stack, swarm: Dict[str, Any]) -> bool:
    """True when another version was deployed after this one."""
    return is_deployed(stack, swarm) and not _is_version(_versions(stack, swarm)[-1], stack)


def label_with(stack: Stack, swarm: Dict[str, Any]) -> Dict[str, str]:
    """The swarm's label once this version is deployed."""
    versions = [*_versions(stack, swarm), stack.version]
    return {LABEL + stack.name: ",".join(one[:VERSION_DIGITS] for one in versions[-HISTORY:])}


def remembered_names(swarm: Dict[str, Any]) -> List[str]:
    """The names of all stacks that were ever deployed from a definition."""
    return sorted(key[len(LABEL) :] for key in swarm["Spec"].get("Labels") or {} if key.startswith(LABEL))


def _versions(stack: Stack, swarm: Dict[str, Any]) -> List[str]:
    label = (swarm["Spec"].get("Labels") or {}).get(LABEL + stack.name, "")
    return [one for one in label.split(",") if one]


def _is_version(remembered: str, stack: Stack) -> bool:
    # Earlier agents remembered all 64 digits.
    return remembered[:VERSION_DIGITS] == stack.version[:VERSION_DIGITS]
