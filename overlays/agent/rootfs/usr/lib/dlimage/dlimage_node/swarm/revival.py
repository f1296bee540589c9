"""Getting a swarm going again that cannot elect a leader.

A swarm counts its members, dead ones included. When cards were replaced faster than their old entries went, or a join
was cut off at the wrong moment, no majority of them may ever come back. With every manager of the roster there and
answering, nobody else can hold that swarm; then the first that has a copy goes on alone, and the others join it again.
With one manager silent nothing is given up: it may hold what counts.
"""

from __future__ import annotations

import time
from typing import List, Optional, Tuple

from ..outcome import Acted, Outcome, Stuck, Waiting
from ..world import World
from .engine import force_new_cluster, leave_swarm
from .standing import NO_QUORUM, READY

ELECTION_SECONDS = 180.0
"""Seconds that managers who are all there may take to elect a leader; 14 were measured after a blackout of three."""

RETURN_SECONDS = 120.0
"""How long a member may take to find its swarm again, once that has a leader, before it asks whether it still has a vote
there."""

LOST_SECONDS = 900.0
"""How long one with a vote may take. Docker comes back by itself, on a slow board after minutes; to leave would cost the swarm a
vote just when it has few, so this is for a state that is broken without Docker saying so."""


class Revival:
    """Keeps since when it is so, which may be forgotten at a restart."""

    def __init__(self) -> None:
        self._elsewhere_since: Optional[float] = None
        self._patient_until = 0.0
        self._complete_since: Optional[float] = None

    def reset(self) -> None:
        """All is well."""
        self._elsewhere_since = self._complete_since = None

    def step(self, world: World) -> Outcome:
        """For a node that is in a swarm, and whose Docker does not find its leader."""
        if world.settings.swarm_join_addresses:
            return Waiting("waiting for the swarm that the definition names")
        states = world.manager_states()
        now = time.monotonic()
        ready = [name for name, state in states.items() if state["swarm"] == READY]
        if ready:
            self._complete_since = None
            if self._elsewhere_since is None:
                self._elsewhere_since, self._patient_until = now, now + RETURN_SECONDS
            if now >= self._patient_until and now - self._elsewhere_since < LOST_SECONDS and _may_return(world, ready[0]):
                self._patient_until = now + RETURN_SECONDS
            if now < self._patient_until:
                return Waiting(f"waiting for the swarm that {ready[0]} is in")
            leave_swarm(world)
            self.reset()
            return Acted(f"left the swarm, to join that of {ready[0]}")
        self._elsewhere_since = None
        silent = [peer.name for peer in world.other_managers if peer.name not in states]
        if silent:
            self._complete_since = None
            return Waiting(
                f"waiting for a majority of the managers; {', '.join(silent)} {'do' if silent[1:] else 'does'} not answer"
            )
        self._complete_since = self._complete_since or now
        return self._go_on_alone(world, now - self._complete_since)

    def _go_on_alone(self, world: World, waited: float) -> Outcome:
        if waited < ELECTION_SECONDS:
            return Waiting("waiting for the managers to elect a leader")
        successor = _successor(world)
        if successor is None:
            leave_swarm(world)
            self.reset()
            return Acted("gave up joining a swarm that no manager has any more")
        if successor != world.settings.node:
            return Waiting(f"waiting for {successor} to go on with the swarm")
        strangers = ", ".join(_strangers(world))
        if strangers:
            return Stuck(f"the swarm has lost its majority; {strangers} may hold it, which is not of this cluster")
        force_new_cluster(world)
        self.reset()
        return Acted("went on with the swarm alone: every manager is here, and they found no leader")


def _may_return(world: World, manager: str) -> bool:
    """False when a manager with a leader says that this node has no vote in the swarm any more."""
    peer = world.roster.find(manager)
    node_id = (world.local_swarm() or {}).get("NodeID", "")
    answer = world.ask(peer, f"votes {node_id}") if peer else None
    return answer is None or bool(answer["votes"])


def _successor(world: World) -> Optional[str]:
    """The first of the managers that have a copy of the swarm; None when nobody has more than the wish to join it."""
    candidates: List[Tuple[int, str]] = []
    if (world.local_swarm() or {}).get("ControlAvailable"):
        candidates.append((world.me.index, world.settings.node))
    for peer in world.other_managers:
        if world.manager_states().get(peer.name, {}).get("swarm") == NO_QUORUM:
            candidates.append((peer.index, peer.name))
    return min(candidates)[1] if candidates else None


def _strangers(world: World) -> List[str]:
    """Managers of the swarm that are not in the roster: someone promoted or joined them by hand."""
    # Not what was known when all was well: someone may have come since.
    local = world.docker.call("GET", "/info", timeout=60)["Swarm"]
    known = {peer.address for peer in world.roster.nodes}
    remote = [manager["Addr"].rpartition(":")[0] for manager in local.get("RemoteManagers") or []]
    return sorted(address for address in remote if address not in known)
