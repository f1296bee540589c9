"""The cluster's nodes as the status record has them."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Tuple

NOT_JOINED = "not in the swarm"


def cluster_nodes(record: Dict[str, Any]) -> List[Dict[str, Any]]:
    """All nodes by name: those of the roster, and what else is in the swarm. Each has `name`, `role`, `address`, `state`,
    `availability` and `leader`; a state that only managers know is ''."""
    known = (record["swarm"] or {}).get("nodes")
    nodes = {peer["name"]: _absent(peer, "" if known is None else NOT_JOINED) for peer in record["roster"]}
    for node in known or []:
        nodes[node["name"]] = {"address": "", **nodes.get(node["name"], {}), **node}
    return sorted(nodes.values(), key=lambda node: natural_order(node["name"]))


MOST_NAMES = 4


def is_incomplete(record: Dict[str, Any]) -> bool:
    """True when a node of the roster is known to be missing. Names that engines gave themselves count for nothing."""
    return bool(record["missing"])


def nodes_phrase(record: Dict[str, Any]) -> str:
    """`3 of 4 nodes are ready; n4 is missing`, or '' where nobody has said so."""
    missing = record["missing"]
    if missing is None:
        return ""
    count = f"{len(record['roster']) - len(missing)} of {len(record['roster'])} nodes are ready"
    return f"{count}; {_names(missing)} missing" if missing else count


def natural_order(name: str) -> List[Tuple[str, int]]:
    """pi3-9 stands before pi3-10."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d*)", name)]


def _names(names: List[str]) -> str:
    """`n3 is`, `n3 and n4 are`, `n3, n4, n5, n6 and 2 more are`"""
    if len(names) > MOST_NAMES:
        names = [*names[:MOST_NAMES], f"{len(names) - MOST_NAMES} more"]
    return f"{', '.join(names[:-1])} and {names[-1]} are" if len(names) > 1 else f"{names[0]} is"


def _absent(peer: Dict[str, Any], state: str) -> Dict[str, Any]:
    return {**peer, "state": state, "availability": "", "leader": False}
