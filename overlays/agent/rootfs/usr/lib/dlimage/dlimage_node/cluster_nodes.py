"""The cluster's nodes as the status record has them."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple

NOT_JOINED = "not in the swarm"


def cluster_nodes(record: Dict[str, Any]) -> List[Dict[str, Any]]:
    """All nodes by name: those of the roster, and what else is in the swarm. Each has `name`, `role`, `address`, `state`,
    `availability` and `leader`; a state that only managers know is ''."""
    known = (record["swarm"] or {}).get("nodes")
    nodes = {peer["name"]: _absent(peer, "" if known is None else NOT_JOINED) for peer in record["roster"]}
    for node in known or []:
        nodes[node["name"]] = {"address": "", **nodes.get(node["name"], {}), **node}
    return sorted(nodes.values(), key=lambda node: natural_order(node["name"]))


def ready_nodes(record: Dict[str, Any]) -> Optional[Tuple[int, int]]:
    """How many of how many nodes are ready; None where only managers know."""
    if (record["swarm"] or {}).get("nodes") is None:
        return None
    nodes = cluster_nodes(record)
    return sum(node["state"] == "ready" for node in nodes), len(nodes)


def nodes_phrase(record: Dict[str, Any]) -> str:
    """`3 of 4 nodes are ready`, or '' where only managers know."""
    counts = ready_nodes(record)
    return "" if counts is None else f"{counts[0]} of {counts[1]} nodes are ready"


def natural_order(name: str) -> List[Tuple[str, int]]:
    """pi3-9 stands before pi3-10."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d*)", name)]


def _absent(peer: Dict[str, Any], state: str) -> Dict[str, Any]:
    return {**peer, "state": state, "availability": "", "leader": False}
