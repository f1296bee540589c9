"""Questions between nodes, and their answers."""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Dict, List

from .clock import is_synchronized
from .docker import DockerError
from .founding import BALLOTS_PER_ROUND, Vote
from .labels import apply_labels, wanted_labels
from .roster import Peer
from .swarm.admission import admit
from .swarm.promotion import promote
from .swarm.standing import READY, standing
from .vip import has_password
from .world import World

Answer = Dict[str, Any]


class Refused(Exception):
    """The caller may not ask that."""


def answer(world: World, caller: str, request: str, text: str) -> Answer:
    """Answers one request. `caller` is the name in the certificate that the cluster's authority signed.

    :raises Refused: for what no node has a reason to ask
    """
    words = request.split()
    handler = _HANDLERS.get(words[0]) if words else None
    if handler is None:
        raise Refused(f"{caller} asked for something that a node may not ask")
    return handler(world, caller, words[1:], text)


def _state(world: World, caller: str, words: List[str], text: str) -> Answer:
    stand = standing(world)
    acceptor = world.acceptor
    return {
        "node": world.settings.node,
        "cluster_id": world.settings.cluster_id,
        "serial": world.roster.serial,
        "clock": time.time(),
        "clock_synchronized": is_synchronized(),
        "swarm": stand.word,
        "holds_swarm": stand.holds_swarm,
        "epoch": acceptor.epoch,
        "vip_password": has_password(),
        "services": _count_services(world) if stand.word == READY else 0,
        "promised": acceptor.promised,
        "promised_to": acceptor.promised % BALLOTS_PER_ROUND,
        "promise_age_seconds": min(acceptor.promise_age_seconds, 1e9),
    }


def _promise(world: World, caller: str, words: List[str], text: str) -> Answer:
    _only_managers(world, caller)
    void = words[1] if len(words) > 1 else ""
    holds = standing(world).holds_swarm if void else True
    return _vote(world.acceptor.promise(_own_ballot(world, caller, words[0]), void, holds))


def _accept(world: World, caller: str, words: List[str], text: str) -> Answer:
    _only_managers(world, caller)
    return {**_vote(world.acceptor.accept(_own_ballot(world, caller, words[0]), words[1])), "news": True}


def _join(world: World, caller: str, words: List[str], text: str) -> Answer:
    return admit(world, _known(world, caller))


def _promote(world: World, caller: str, words: List[str], text: str) -> Answer:
    _only_managers(world, caller)
    return promote(world, _known(world, caller), words[0] if words else "")


def _votes(world: World, caller: str, words: List[str], text: str) -> Answer:
    """Has the swarm's node of this id a vote? Docker lists a node as a manager for as long as the raft group has it."""
    _known(world, caller)
    named = [node for node in world.docker.nodes() if words and node["ID"] == words[0]]
    return {"votes": any((node.get("ManagerStatus") or {}).get("Addr") for node in named)}


def _labels(world: World, caller: str, words: List[str], text: str) -> Answer:
    """The caller gives its id and says whether it has the storage; what else it is called is the list's to say."""
    said = json.loads(text)
    peer, stores = _known(world, caller), said["stores"] is True
    changed = apply_labels(world, str(said["id"]), peer, stores)
    return {"changed": changed, "labels": wanted_labels(world.settings, peer, stores)}


def _roster(world: World, caller: str, words: List[str], text: str) -> Answer:
    offered = json.loads(text)
    adopted = world.adopt_roster(offered["text"], offered["signature"])
    return {"serial": world.roster.serial, "news": adopted}


def _told(world: World, caller: str, words: List[str], text: str) -> Answer:
    world.heard.take(_known(world, caller), world.roster, json.loads(text))
    return {"heard": True}


def _get_roster(world: World, caller: str, words: List[str], text: str) -> Answer:
    return {"text": world.roster.text, "signature": world.roster.signature}


_HANDLERS: Dict[str, Callable[[World, str, List[str], str], Answer]] = {
    "state": _state,
    "promise": _promise,
    "accept": _accept,
    "join": _join,
    "promote": _promote,
    "votes": _votes,
    "labels": _labels,
    "roster": _roster,
    "get-roster": _get_roster,
    "told": _told,
}


def _known(world: World, caller: str) -> Peer:
    peer = world.roster.find(caller)
    if peer is None:
        raise Refused(f"{caller} is not in the list of nodes here; it has to show its own list first")
    return peer


def _only_managers(world: World, caller: str) -> None:
    if _known(world, caller).role != "manager":
        raise Refused(f"{caller} is not a manager")


def _own_ballot(world: World, caller: str, word: str) -> int:
    ballot = int(word)
    if ballot % BALLOTS_PER_ROUND != _known(world, caller).index:
        raise Refused(f"{ballot} is not a ballot of {caller}")
    return ballot


def _vote(vote: Vote) -> Answer:
    return dict(vote._asdict())


def _count_services(world: World) -> int:
    try:
        return len(world.docker.services())
    except DockerError:
        return 0
