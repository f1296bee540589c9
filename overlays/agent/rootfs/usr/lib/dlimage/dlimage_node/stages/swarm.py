"""The node's place in the swarm."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Dict, List, Optional

from ..docker import DockerError
from ..files import read_text
from ..founding import FILE, majority
from ..outcome import Acted, Done, Outcome, Stuck, Waiting
from ..peers import Answer
from ..swarm.agreement import Founding
from ..swarm.dismissal import dismiss
from ..swarm.engine import certificate_seconds, join_swarm, leave_swarm
from ..swarm.housekeeping import keep_house
from ..swarm.members import names_of_ready
from ..swarm.networks import ensure_bridge
from ..swarm.promotion import ask_for_promotion
from ..swarm.revival import Revival
from ..swarm.standing import READY
from ..world import World

TOKEN_FILE = "/etc/dlimage/swarm-token"
RESTART_SECONDS = 120.0
CLOCK_TOLERANCE_SECONDS = 60.0
NO_VOTE = f"{FILE} cannot be read, so this node has no vote; if the other managers cannot go on without it, flash its card again"


class SwarmStage:
    """Keeps only what may be forgotten at a restart."""

    def __init__(self) -> None:
        self._founding = Founding()
        self._revival = Revival()
        self._restarted_at = float("-inf")

    def __call__(self, world: World) -> Outcome:
        outcome = self._step(world)
        if world.acceptor.has_forgotten and isinstance(outcome, Waiting):
            return Waiting(f"{outcome.text} ({NO_VOTE})")
        return outcome

    def _step(self, world: World) -> Outcome:
        local = world.local_swarm()
        if local is None:
            return Waiting("waiting for Docker to start")
        state = local["LocalNodeState"]
        with world.changing_swarm:
            if state == "inactive":
                self._revival.reset()
                return self._enter(world)
            if state == "pending":
                return self._revival.step(world)
            if state == "error":
                return self._repair(world, local.get("Error", ""))
            if state == "locked":
                return Stuck("the swarm is locked and needs its key: docker swarm unlock")
            return self._as_manager(world, local) if local.get("ControlAvailable") else self._as_worker(world, local)

    def _enter(self, world: World) -> Outcome:
        if ensure_bridge(world):
            return Acted("made Docker's bridge for overlay networks with the MTU of the LAN")
        if world.settings.swarm_join_addresses:
            join_swarm(world, read_text(TOKEN_FILE).strip(), world.settings.words("swarm_join_addresses"))
            return Acted("joined the swarm that the definition names")
        states = world.manager_states()
        ready = [peer for peer in world.other_managers if states.get(peer.name, {}).get("swarm") == READY]
        if ready:
            return _join(world, states, [peer.name for peer in ready])
        if world.me.role == "manager":
            return self._founding.found(world, states)
        return Waiting("waiting for a manager that has a swarm")

    def _repair(self, world: World, error: str) -> Outcome:
        """Docker does not try again by itself, neither when a clock was set right nor when its state is broken."""
        validity = certificate_seconds()
        if validity is None:
            leave_swarm(world)
            return Acted(f"gave up joining, to try it again: {error}")
        if "certificate" in error and validity > 0:
            return self._restart_docker(world, "its certificate was not valid at the time of its start")
        elsewhere = [state for state in world.manager_states().values() if state["swarm"] == READY]
        if elsewhere:
            leave_swarm(world)
            return Acted(f"left the swarm, to join it again: {error}")
        return self._restart_docker(world, error)

    def _restart_docker(self, world: World, why: str) -> Outcome:
        now = time.monotonic()
        if now - self._restarted_at < RESTART_SECONDS:
            return Waiting(f"waiting for Docker's swarm to come back: {why}")
        self._restarted_at = now
        world.run(["systemctl", "restart", "docker.service"], timeout=300)
        return Acted(f"restarted Docker: {why}")

    def _as_manager(self, world: World, local: Dict[str, Any]) -> Outcome:
        try:
            view = world.manager_view()
        except DockerError:
            return _follow_majority(world) or self._revival.step(world)
        self._revival.reset()
        swarm_id = view.swarm["ID"]
        if world.acceptor.decided != swarm_id:
            if world.settings.swarm_join_addresses:
                world.acceptor.decide(swarm_id)
                return Acted("is a manager of the swarm")
            return self._founding.confirm(world, swarm_id)
        # A swarm that the definition names is kept in order by those who made it.
        if not world.settings.swarm_join_addresses:
            done = dismiss(world, view) or (keep_house(world, view) if view.is_leader(local["NodeID"]) else None)
            if done:
                return Acted(done)
        return Done(_describe(world, view.nodes))

    def _as_worker(self, world: World, local: Dict[str, Any]) -> Outcome:
        self._revival.reset()
        followed = world.deep and _follow_majority(world)
        if followed:
            return followed
        if world.me.role == "manager" and not world.settings.swarm_join_addresses:
            return ask_for_promotion(world, local["NodeID"])
        return Done("a worker of the swarm")


def _join(world: World, states: Dict[str, Answer], names: List[str]) -> Outcome:
    offer = states[names[0]]
    if offer["services"] and not _storage_is_settled(world):
        return Waiting("waiting for the storage, before services may be started here")
    behind = offer["clock"] + (time.monotonic() - offer["received"]) - time.time()
    if behind > CLOCK_TOLERANCE_SECONDS:
        return Waiting(f"waiting for the clock, which is {round(behind)} s behind that of {names[0]}")
    # Not always the same one: its engine may be the one that hangs.
    name = names[int(time.monotonic()) % len(names)]
    peer = world.roster.find(name)
    answer = world.ask(peer, "join", timeout=90) if peer else None
    if answer is not None and answer.get("busy"):
        return Waiting("waiting for another manager, which is joining just now")
    if answer is None or "token" not in answer:
        return Waiting(f"waiting for {name} to let this node in")
    world.acceptor.decide(answer["epoch"])
    join_swarm(world, answer["token"], answer["addresses"])
    return Acted(f"joined the swarm through {name}")


def _storage_is_settled(world: World) -> bool:
    waited = time.monotonic() - world.started >= world.settings.seconds("storage_wait_seconds", 300)
    return world.settings.storage in ("", "none") or world.is_storage_mounted() or waited


def _follow_majority(world: World) -> Optional[Outcome]:
    """Leaves a swarm that is not the cluster's: all its managers were replaced, and the majority founded another."""
    # A manager that has forgotten which swarm is the cluster's asks the others once its own has a leader.
    if world.settings.swarm_join_addresses or (world.acceptor.has_forgotten and world.me.role == "manager"):
        return None
    ready = [state["epoch"] for state in world.manager_states().values() if state["swarm"] == READY]
    for epoch, count in Counter(ready).most_common(1):
        if count >= majority(len(world.roster.managers)) and epoch != world.acceptor.decided:
            leave_swarm(world)
            return Acted("left a swarm that the majority has given up")
    return None


def _describe(world: World, nodes: List[Dict[str, Any]]) -> str:
    ready = names_of_ready(world.roster, nodes)
    missing = [peer.name for peer in world.roster.nodes if peer.name not in ready]
    text = f"{len(ready)} of {max(len(nodes), len(world.roster.nodes))} nodes are ready"
    if not missing:
        return text
    shown = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
    return f"{text}; missing: {shown}"
