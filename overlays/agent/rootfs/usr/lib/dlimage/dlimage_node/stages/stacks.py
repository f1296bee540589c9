"""The stacks of the definition, deployed by the swarm's leader."""

from __future__ import annotations

import time
from typing import Any, Dict, List, Optional

from ..deployment.deploy import deploy
from ..deployment.history import is_deployed, is_outdated
from ..deployment.leftovers import remove_leftovers
from ..deployment.wanted import Stack, wanted_stacks
from ..docker import DockerError, ManagerView
from ..outcome import Acted, Done, Outcome, Waiting
from ..retries import Retries
from ..world import World

LEADER_SECONDS = 300.0
"""Seconds before another manager deploys in place of the leader, whose image may be older and lack the stack."""

TURN_SECONDS = 120.0
"""Between the turns of the other managers, by their place in the roster."""

LEFTOVERS_SECONDS = 3600.0
"""Between two looks for old versions of configs and secrets."""


class StacksStage:
    """Keeps what failed and when to try it again, which may be forgotten at a restart."""

    def __init__(self) -> None:
        self._retries = Retries()
        self._due_since: Dict[str, float] = {}
        self._cleaned_at = float("-inf")

    def __call__(self, world: World) -> Outcome:
        stacks = wanted_stacks()
        if not stacks:
            return Done("none in the definition" if world.settings.role == "manager" else "managers deploy them")
        local = world.local_swarm()
        if local is None or local["LocalNodeState"] != "active":
            return Waiting("waiting for the swarm")
        if not local.get("ControlAvailable"):
            return Done("a manager deploys them")
        try:
            view = world.manager_view()
        except DockerError:
            return Waiting("waiting for a majority of the managers")
        if world.acceptor.decided != view.swarm["ID"]:
            return Waiting("waiting for the swarm")
        is_leader = view.is_leader(local["NodeID"])
        due = self._due(stacks, view)
        if not due:
            return (self._clean(world) if is_leader else None) or Done(_describe(stacks, view.swarm))
        if not is_leader and not self._is_own_turn(world, due):
            return Waiting(f"waiting for the leader to deploy {_names(due)}")
        if world.settings.storage not in ("", "none") and not world.is_storage_mounted():
            return Waiting(f"waiting for the storage, before {_names(due)} can be deployed")
        return self._deploy_next(world, due)

    def _due(self, stacks: List[Stack], view: ManagerView) -> List[Stack]:
        due = [stack for stack in stacks if not is_deployed(stack, view.swarm)]
        now = time.monotonic()
        self._due_since = {stack.key: self._due_since.get(stack.key, now) for stack in due}
        self._retries.keep([stack.key for stack in due])
        return due

    def _is_own_turn(self, world: World, due: List[Stack]) -> bool:
        place = [peer.name for peer in world.roster.managers].index(world.settings.node)
        waited = time.monotonic() - min(self._due_since[stack.key] for stack in due)
        return waited >= LEADER_SECONDS + place * TURN_SECONDS

    def _deploy_next(self, world: World, due: List[Stack]) -> Outcome:
        stack = next((stack for stack in due if self._retries.is_due(stack.key)), None)
        if stack is not None:
            problem = deploy(world, stack)
            if problem is None:
                self._retries.succeeded(stack.key)
                return Acted(f"deployed {stack.name}")
            self._retries.failed(stack.key, f"{stack.name} cannot be deployed: {problem}")
        untried = [one.name for one in due if not self._retries.has_failed(one.key)]
        return Waiting("; ".join([*self._retries.whys, *([f"{', '.join(untried)} next"] if untried else [])]))

    def _clean(self, world: World) -> Optional[Outcome]:
        if time.monotonic() - self._cleaned_at < LEFTOVERS_SECONDS:
            return None
        self._cleaned_at = time.monotonic()
        removed = remove_leftovers(world)
        return Acted(f"removed old versions that no service uses: {', '.join(removed)}") if removed else None


def _names(stacks: List[Stack]) -> str:
    return ", ".join(stack.name for stack in stacks)


def _describe(stacks: List[Stack], swarm: Dict[str, Any]) -> str:
    text = f"{len(stacks)} deployed"
    outdated = [stack for stack in stacks if is_outdated(stack, swarm)]
    later = f"the swarm has a later version than this image of {_names(outdated)}"
    return f"{text}; {later} (to go back to this one, change a comment in it and build again)" if outdated else text
