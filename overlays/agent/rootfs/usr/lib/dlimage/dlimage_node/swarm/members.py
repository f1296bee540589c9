"""Which entry of the swarm is which node of the list, and what may follow from that.

What an engine calls itself is its own word: root on a worker can give it the name of a manager. A name alone never gives a
node anything; the address is the one that the swarm's own connection comes from.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, List, Set

from ..docker import age_seconds, host_name, is_ready
from ..roster import Peer, Roster

JOINING_SECONDS = 60.0
"""How long the next manager waits for the one before. The swarm counts a new manager's vote before it can cast one: with two on
their way at once nothing is decided until both are up, and on slow boards both give up before that."""


def is_entry_of(node: Dict[str, Any], peer: Peer) -> bool:
    """True when an entry has the name of that node and comes from its address, as far as the list knows one."""
    return host_name(node) == peer.name and (not peer.address or _comes_from(node, peer.address))


def names_of_ready(roster: Roster, nodes: List[Dict[str, Any]]) -> Set[str]:
    """Names of the nodes of the list that the swarm has, and that are ready."""
    ready = [node for node in nodes if is_ready(node)]
    return {peer.name for peer in roster.nodes if any(is_entry_of(node, peer) for node in ready)}


def is_joining(node: Dict[str, Any]) -> bool:
    """A manager that has a vote, or is about to get one, and is not up yet."""
    if node["Spec"]["Role"] != "manager" or abs(age_seconds(node)) > JOINING_SECONDS:
        return False
    return not is_ready(node) or (node.get("ManagerStatus") or {}).get("Reachability") != "reachable"


def _comes_from(node: Dict[str, Any], address: str) -> bool:
    seen = str(node["Status"].get("Addr") or "")
    try:
        # A manager that talks with itself; only managers can. Source: swarmkit, manager/dispatcher
        is_own = ipaddress.ip_address(seen).is_loopback or ipaddress.ip_address(seen).is_unspecified
    except ValueError:
        is_own = not seen
    return seen == address or (is_own and bool(node.get("ManagerStatus")))
