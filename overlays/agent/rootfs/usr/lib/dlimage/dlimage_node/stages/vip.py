"""The virtual IP: keepalived moves it, this stage keeps keepalived's peers right and says where the address is."""

from __future__ import annotations

from typing import Set

from ..outcome import Acted, Done, Outcome, Waiting
from ..vip import holds_vip, is_candidate, is_running, update_peers
from ..world import World


class VipStage:
    """Keeps which managers have no password for keepalived: with one of them in the cluster nobody uses it."""

    def __init__(self) -> None:
        self._without: Set[str] = set()

    def __call__(self, world: World) -> Outcome:
        address = world.settings.vip
        if not address:
            return Done("none wanted")
        if not is_candidate(world):
            return Done(f"{address} is held by a manager")
        if world.deep:
            self._ask_for_passwords(world)
        if update_peers(world, with_password=not self._without):
            # Not one that a person has stopped.
            world.run(["systemctl", "try-reload-or-restart", "keepalived.service"])
            return Acted("told keepalived who the managers are")
        if not is_running():
            return Waiting("waiting for keepalived to start")
        return Done(f"{address} is here" if holds_vip(world) else f"{address} is held by another manager")

    def _ask_for_passwords(self, world: World) -> None:
        self._without &= {peer.name for peer in world.other_managers}
        for name, state in world.manager_states().items():
            if state.get("vip_password"):
                self._without.discard(name)
            else:
                self._without.add(name)
