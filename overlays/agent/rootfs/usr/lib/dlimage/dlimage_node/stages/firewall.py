"""Lets in only the nodes of the list, and looks again whether the rules are still those that were loaded."""

from __future__ import annotations

import time
from typing import Optional

from .. import firewall, services
from ..outcome import Acted, Done, Outcome, Stuck, Waiting
from ..world import World

UNIT = "dlimage-firewall.service"

LOOK_SECONDS = 60.0
"""Between two looks at the rules when all is well: each starts a program."""


class FirewallStage:
    """Keeps the serial of the list whose nodes are let in, and the rules as they were then."""

    def __init__(self) -> None:
        self._admitted = 0
        self._rules = ""
        self._looked_at = float("-inf")

    def __call__(self, world: World) -> Outcome:
        if self._admitted == world.roster.serial and time.monotonic() - self._looked_at < LOOK_SECONDS:
            return Done("lets in what the node is for")
        present = firewall.rules()
        if present != self._rules or not present:
            outcome = self._put_right(world, present)
            if outcome is not None:
                return outcome
        if self._admitted != world.roster.serial:
            filled = firewall.fill(world.settings, world.roster)
            if not filled.ok:
                return Waiting(f"cannot be filled: {filled.complaint}")
            self._admitted = world.roster.serial
            self._rules = firewall.rules()
        self._looked_at = time.monotonic()
        return Done("lets in what the node is for")

    def _put_right(self, world: World, present: str) -> Optional[Outcome]:
        """The first look of the agent, rules that somebody has changed, or none at all."""
        unit = None if present else services.ask_systemd(world.run, [UNIT]).get(UNIT)
        complaint = services.complaint_of(UNIT, unit) if unit and unit.active == "inactive" else None
        if complaint:
            return Stuck(f"everybody can talk to this node: {complaint}")
        if present and not self._rules:
            return None
        self._admitted = 0
        loaded = world.run(["systemctl", "restart", UNIT], timeout=120)
        if not loaded.ok:
            return Waiting(f"cannot be loaded: {loaded.complaint}")
        was_flushed = not present and self._rules != ""
        self._rules = firewall.rules()
        if was_flushed and _has_docker_lost_its_rules(world):
            world.run(["systemctl", "try-restart", services.DOCKER], timeout=300)
            return Acted("loaded the rules again, which something had flushed, and restarted Docker, whose own were gone too")
        return Acted("loaded the rules again, which something had changed")


def _has_docker_lost_its_rules(world: World) -> bool:
    """Docker makes them when it starts, and never looks again: without them no published port answers."""
    if firewall.read_docker().get("iptables") is False or not services.runs(services.DOCKER):
        return False
    return not world.run(["iptables", "--wait", "--table", "nat", "--list-rules", "DOCKER"]).ok
