"""The shared storage: every node mounts it, some keep a copy."""

from __future__ import annotations

from ..outcome import Done, Outcome, Stuck, Waiting
from ..storage.keeper import Keeper
from ..storage.sources import source_of
from ..world import World
from .beside import Beside

_keeper = Beside(Keeper().step, "looking at GlusterFS")


def step(world: World) -> Outcome:
    settings = world.settings
    if settings.storage not in ("glusterfs", "nfs"):
        return Done("none is wanted")
    if settings.storage == "glusterfs" and world.me.stores_data:
        if settings.stores_data != "yes":
            return Stuck("this node is to keep a copy now, but its image is of a node without one: build and flash it again")
        return _keeper(world)
    # dlimage-storage.service mounts, and is the only one to do so.
    source = source_of(settings, world.roster.storage_nodes)
    if world.is_storage_mounted():
        return Done(f"mounted from {source.name}")
    return Waiting(f"waiting for {source.name}")
