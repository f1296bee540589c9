"""The virtual IP: keepalived moves it, this stage keeps keepalived's peers right and says where the address is."""

from __future__ import annotations

from ..outcome import Acted, Done, Outcome, Waiting
from ..vip import holds_vip, is_candidate, is_running, update_peers
from ..world import World


def step(world: World) -> Outcome:
    address = world.settings.vip
    if not address:
        return Done("none wanted")
    if not is_candidate(world):
        return Done(f"{address} is held by a manager")
    if update_peers(world):
        world.run(["systemctl", "reload-or-restart", "keepalived.service"])
        return Acted("told keepalived of a new manager")
    if not is_running():
        return Waiting("waiting for keepalived to start")
    return Done(f"{address} is here" if holds_vip(world) else f"{address} is held by another manager")
