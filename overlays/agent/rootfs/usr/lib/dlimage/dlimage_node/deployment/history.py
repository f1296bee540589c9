"""Deployed versions of a stack, remembered in the swarm's own labels where every manager sees them."""

from __future__ import annotations

from typing import Any, Dict, List

from .wanted import Stack

LABEL = "dlimage.stack."

HISTORY = 16
"""How many versions of a stack are remembered: a node with an older image must not put an older version back. In full, as
earlier agents expect: 1 kB a stack, which each manager reads with the swarm."""


def is_deployed(stack: Stack, swarm: Dict[str, Any]) -> bool:
    """True when this version was deployed once, also when a later one was deployed since."""
    return stack.version in _versions(stack, swarm)


def is_outdated(stack: Stack, swarm: Dict[str, Any]) -> bool:
    """True when another version was deployed after this one."""
    return is_deployed(stack, swarm) and _versions(stack, swarm)[-1] != stack.version


def label_with(stack: Stack, swarm: Dict[str, Any]) -> Dict[str, str]:
    """The swarm's label once this version is deployed."""
    versions = [*_versions(stack, swarm), stack.version]
    return {LABEL + stack.name: ",".join(versions[-HISTORY:])}


def _versions(stack: Stack, swarm: Dict[str, Any]) -> List[str]:
    label = (swarm["Spec"].get("Labels") or {}).get(LABEL + stack.name, "")
    return [one for one in label.split(",") if one]
