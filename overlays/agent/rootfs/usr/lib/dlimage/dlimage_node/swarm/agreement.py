"""The proposer's side of the agreement: founding a swarm, and having it confirmed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Dict, List, Optional

from ..founding import BALLOTS_PER_ROUND, Vote, binding_epoch, majority, next_ballot, parse_vote
from ..outcome import Acted, Outcome, Waiting
from ..peers import Answer
from ..roster import Peer
from ..world import World
from .engine import far_certificates, init_swarm, leave_swarm

OTHERS_FIRST_SECONDS = 45.0
"""How long a node leaves founding to those before it in the roster, once a majority answers. Collecting promises takes boards
that are all starting half of that."""

PROPOSAL_SECONDS = 180.0
"""How long a node leaves it to one that has a promise of it. More than founding takes on a slow board, which may be too busy with
it to answer meanwhile."""

DEAD_SWARM_SECONDS = 300.0
"""Seconds to wait for managers that do not answer before a swarm that nobody else holds is taken for dead."""


class Founding:
    """Keeps what may be forgotten at a restart: since when, and the ballot that was won."""

    def __init__(self) -> None:
        self._majority_since: Optional[float] = None
        self._won_ballot = 0

    def found(self, world: World, states: Dict[str, Answer]) -> Outcome:
        """For a manager without a swarm when nobody who answers has one that is ready."""
        managers = world.roster.managers
        answering = 1 + len(states)
        if answering < majority(len(managers)):
            self._majority_since = None
            return Waiting(f"waiting for a majority of the managers ({answering} of {len(managers)} answer)")
        holders = [name for name, state in states.items() if state["holds_swarm"]]
        if holders:
            return Waiting(f"waiting for {_names(holders)} to have a swarm with a leader")
        now = time.monotonic()
        self._majority_since = self._majority_since or now
        patience = self._reason_to_wait(world, states, now - self._majority_since)
        return patience or self._propose(world, _dead_epoch(world, states))

    def _reason_to_wait(self, world: World, states: Dict[str, Answer], waited: float) -> Optional[Outcome]:
        if _dead_epoch(world, states) and 1 + len(states) < len(world.roster.managers) and waited < DEAD_SWARM_SECONDS:
            silent = [peer.name for peer in world.other_managers if peer.name not in states]
            return Waiting(f"waiting for {_names(silent)}, which may hold the swarm")
        before_me = [peer.name for peer in world.other_managers if peer.name in states and peer.index < world.me.index]
        if before_me and waited < OTHERS_FIRST_SECONDS:
            return Waiting(f"waiting for {before_me[0]} to found the swarm")
        own = world.acceptor
        promises = {name: (state["promise_age_seconds"], state["promised_to"]) for name, state in states.items()}
        promises[world.me.name] = (own.promise_age_seconds, own.promised % BALLOTS_PER_ROUND)
        for name, (age, to) in promises.items():
            if age < PROPOSAL_SECONDS and to not in (0, world.me.index):
                return Waiting(f"waiting for a swarm that is being founded, says {name}")
        return None

    def _propose(self, world: World, dead_epoch: str) -> Outcome:
        ballot = next_ballot(max([world.acceptor.promised, *_promised(world)]), world.me.index)
        votes = _collect(world, f"promise {ballot} {dead_epoch}".strip(), world.acceptor.promise(ballot, dead_epoch, False))
        if not _is_majority(votes, world):
            return Waiting("waiting for the promise of a majority of the managers")
        epoch = binding_epoch(votes)
        if epoch:
            return self._accept(world, ballot, epoch) or Waiting("waiting for the node that holds the swarm")
        init_swarm(world)
        self._won_ballot = ballot
        return Acted("founded a swarm")

    def confirm(self, world: World, epoch: str) -> Outcome:
        """For a manager whose swarm the majority has not agreed on yet, as far as it knows."""
        if far_certificates(world):
            return Acted("renewed the certificates for a long life")
        ballot = self._won_ballot
        if not ballot:
            ballot = next_ballot(max([world.acceptor.promised, *_promised(world)]), world.me.index)
            votes = _collect(world, f"promise {ballot}", world.acceptor.promise(ballot))
            if not _is_majority(votes, world):
                return Waiting("waiting for a majority of the managers, to confirm the swarm")
            binding = binding_epoch(votes)
            if binding and binding != epoch:
                leave_swarm(world)
                return Acted("left a swarm that lost against another")
        self._won_ballot = 0
        return self._accept(world, ballot, epoch) or Waiting("waiting for a majority of the managers, to confirm the swarm")

    def _accept(self, world: World, ballot: int, epoch: str) -> Optional[Outcome]:
        votes = _collect(world, f"accept {ballot} {epoch}", world.acceptor.accept(ballot, epoch))
        if not _is_majority(votes, world):
            return None
        world.acceptor.decide(epoch)
        return Acted("the majority agreed on the swarm")


def _collect(world: World, request: str, own: Vote) -> List[Vote]:
    """Votes of this node and of all that answer, those that were not granted left out."""

    def ask(peer: Peer) -> Optional[Vote]:
        return parse_vote(world.ask(peer, request))

    others = world.other_managers
    with ThreadPoolExecutor(max_workers=max(1, len(others))) as pool:
        votes = [own, *pool.map(ask, others)]
    return [vote for vote in votes if vote is not None and vote.granted]


def _is_majority(votes: List[Vote], world: World) -> bool:
    return len(votes) >= majority(len(world.roster.managers))


def _promised(world: World) -> List[int]:
    return [int(state["promised"]) for state in world.manager_states().values()]


def _dead_epoch(world: World, states: Dict[str, Answer]) -> str:
    """An epoch that is known, though none of those who answer holds it; '' if there is none."""
    return next((state["epoch"] for state in states.values() if state["epoch"]), world.acceptor.epoch)


def _names(names: List[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
