"""Which swarm is the cluster's: agreed on once by a majority of the managers, with Paxos for a single value.

Two nodes that cannot see each other must never found two swarms, whatever is switched off or cut in between. The value
that is agreed on is the id of the swarm, the *epoch*. A manager that wants to found a swarm first collects the promise of a
majority (phase 1), then founds it, then has a majority accept its epoch (phase 2). Only an epoch that was accepted by a
majority is ever handed to those who want to join, and one that loses leaves its own swarm and joins the other.

Source: L. Lamport, Paxos Made Simple, 2001. Beyond the paper: a swarm can die with the only card that held it. `void`
names an epoch that nobody who answers holds any more, and those who do not hold it either forget it.
"""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any, Dict, List, NamedTuple, Optional

from .files import read_text, write_durably

FILE = "/var/lib/dlimage/founding.json"
SECOND = ".second"
"""Ending of a second copy: cards lose what was written long ago, too."""

BALLOTS_PER_ROUND = 100_000


class Vote(NamedTuple):
    """A manager's answer to a ballot."""

    granted: bool
    promised: int
    accepted_ballot: int
    accepted_epoch: str
    decided: str


class Acceptor:
    """This node's own memory of the agreement. On disk before it is said: a promise outlives a power cut.

    There are two copies, and both are written before anything is said. Where neither can be read, the node has forgotten
    what it promised: it has no vote until it learns what was decided.
    """

    def __init__(self, path: str = FILE) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.promised = 0
        self.promised_at = float("-inf")
        self.accepted_ballot = 0
        self.accepted_epoch = ""
        self.decided = ""
        self.has_forgotten = not self._load()

    def promise(self, ballot: int, void: str = "", holds_swarm: bool = True) -> Vote:
        """Phase 1: promises to accept nothing older than the ballot."""
        with self._lock:
            granted = ballot > self.promised and not self.has_forgotten
            if granted:
                # Forgotten with the promise and not before: what is not saved comes back after a power cut.
                if void and void == self.epoch and not holds_swarm:
                    self.accepted_ballot, self.accepted_epoch, self.decided = 0, "", ""
                self.promised = ballot
                self.promised_at = time.monotonic()
                self._save()
            return self._vote(granted)

    def accept(self, ballot: int, epoch: str) -> Vote:
        """Phase 2: takes the epoch, unless a newer ballot was promised."""
        with self._lock:
            granted = ballot >= self.promised and self.decided in ("", epoch) and not self.has_forgotten
            if granted:
                self.promised = self.accepted_ballot = ballot
                self.accepted_epoch = epoch
                self._save()
            return self._vote(granted)

    def decide(self, epoch: str) -> None:
        """Learns that a majority has accepted the epoch."""
        with self._lock:
            if self.decided != epoch:
                self.decided = self.accepted_epoch = epoch
                self._save()
                self.has_forgotten = False

    def begin_anew(self) -> None:
        """For the only manager of a cluster: whatever it promised, nobody else was told."""
        with self._lock:
            self.has_forgotten = False

    @property
    def epoch(self) -> str:
        """The epoch that this node knows of: decided, or accepted by itself."""
        return self.decided or self.accepted_epoch

    @property
    def promise_age_seconds(self) -> float:
        """Time since this node last promised something, infinite before it did so since its start."""
        return time.monotonic() - self.promised_at

    def _vote(self, granted: bool) -> Vote:
        return Vote(granted, self.promised, self.accepted_ballot, self.accepted_epoch, self.decided)

    def _load(self) -> bool:
        """Reads the first copy that can be read. Returns False when there is one, and none can be."""
        is_new = True
        for path in (self._path, self._path + SECOND):
            if not os.path.lexists(path):
                continue
            is_new = False
            try:
                self._take(json.loads(read_text(path)))
                return True
            except (OSError, ValueError, KeyError, TypeError) as error:
                print(f"{path} cannot be read: {type(error).__name__}: {error}", flush=True)
        return is_new

    def _take(self, saved: Dict[str, Any]) -> None:
        numbers = int(saved["promised"]), int(saved["accepted_ballot"])
        epochs = str(saved["accepted_epoch"]), str(saved["decided"])
        self.promised, self.accepted_ballot = numbers
        self.accepted_epoch, self.decided = epochs

    def _save(self) -> None:
        record = {
            "promised": self.promised,
            "accepted_ballot": self.accepted_ballot,
            "accepted_epoch": self.accepted_epoch,
            "decided": self.decided,
        }
        for path in (self._path, self._path + SECOND):
            write_durably(path, json.dumps(record) + "\n")


def next_ballot(promised: int, index: int) -> int:
    """A ballot above all that was promised, and one that no other node can choose."""
    return (promised // BALLOTS_PER_ROUND + 1) * BALLOTS_PER_ROUND + index


def parse_vote(answer: Optional[Dict[str, Any]]) -> Optional[Vote]:
    """A vote that came over the wire."""
    if answer is None or "granted" not in answer:
        return None
    return Vote(
        bool(answer["granted"]),
        int(answer["promised"]),
        int(answer["accepted_ballot"]),
        str(answer["accepted_epoch"]),
        str(answer["decided"]),
    )


def majority(count: int) -> int:
    return count // 2 + 1


def binding_epoch(votes: List[Vote]) -> str:
    """The epoch that a proposer with these promises must go on with; '' when it is free to choose."""
    for vote in votes:
        if vote.decided:
            return vote.decided
    accepted = [vote for vote in votes if vote.accepted_epoch]
    return max(accepted, key=lambda vote: vote.accepted_ballot).accepted_epoch if accepted else ""
