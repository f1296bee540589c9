"""Order of the storage nodes for work that all could do, and limits of waiting."""

from __future__ import annotations

import time
from typing import Callable, Dict, List, NamedTuple

from ..founding import majority
from ..roster import Peer
from .gluster import PoolMember

TURN_SECONDS = 20.0
"""Seconds that the second in line lets the first try, before it tries as well. GlusterFS's own lock decides if both do."""

TURNS = ("create", "set", "start", "detach")
"""The changes of the volume that any storage node could make."""


class Patience:
    """Duration of a state. It is no memory of steps: losing it costs some waiting and nothing else."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: Dict[str, float] = {}

    def waited(self, what: str) -> float:
        """Seconds since this was first asked, since it was last forgotten."""
        now = self._clock()
        return now - self._since.setdefault(what, now)

    def once_every(self, what: str, seconds: float) -> bool:
        """True when this was not asked with the answer true in so many seconds."""
        now = self._clock()
        if what in self._since and now - self._since[what] < seconds:
            return False
        self._since[what] = now
        return True

    def forget(self, what: str) -> None:
        self._since.pop(what, None)

    def forget_turns(self) -> None:
        """Another node is at work: each turn is waited for anew."""
        for turn in TURNS:
            self.forget(turn)


class Pool(NamedTuple):
    """The storage nodes of the roster, and those that this node sees just now, itself included, both in order.

    `rank` is this node's place in the line of those who change the volume. The line begins with the last: the first is likely
    to be busy founding the swarm, and the two then happen at the same time.
    """

    all: List[Peer]
    present: List[Peer]
    rank: int

    @property
    def has_majority(self) -> bool:
        return len(self.present) >= majority(len(self.all))

    @property
    def absent(self) -> List[Peer]:
        return [peer for peer in self.all if peer not in self.present]

    def is_my_turn(self, patience: Patience, what: str) -> bool:
        """True at once for the first in the line, later for the others."""
        return patience.waited(what) >= self.rank * TURN_SECONDS


def pool_of(storage_nodes: List[Peer], me: Peer, members: List[PoolMember]) -> Pool:
    """Joins the roster with what the daemon says."""
    connected = {member.uuid for member in members if member.connected and member.accepted}
    present = [peer for peer in storage_nodes if peer.name == me.name or peer.gluster_uuid in connected]
    return Pool(storage_nodes, present, len(present) - 1 - present.index(me))
