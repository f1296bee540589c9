"""Who may talk to this node: follows the list of nodes, and looks again whether the rules are still what was loaded."""

from __future__ import annotations

import time
from typing import Optional

from .. import firewall
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
        if not present and world.run(["systemctl", "is-active", UNIT]).out.strip() == "inactive":
            return Stuck(f"was switched off, so that everybody can talk to this node: sudo systemctl start {UNIT}")
        if present and not self._rules:
            return None
        self._admitted = 0
        loaded = world.run(["systemctl", "restart", UNIT], timeout=120)
        if not loaded.ok:
            return Waiting(f"cannot be loaded: {loaded.complaint}")
        self._rules = firewall.rules()
        return Acted("loaded the rules again, which something had changed")
