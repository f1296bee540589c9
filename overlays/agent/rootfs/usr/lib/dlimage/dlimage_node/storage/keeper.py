"""The storage stage on a node that keeps a copy."""

from __future__ import annotations

import time
from typing import Callable, List, Optional

from ..outcome import Acted, Done, Outcome, Stuck, Waiting
from ..revocation import former_members
from ..roster import Peer
from ..settings import Settings
from ..world import World
from .brick import look_at_brick
from .disk import keep_disk
from .former import detach_former, with_former
from .gluster import Gluster, GlusterError, Heal, Volume
from .mounts import ServerProcess, serves_brick
from .pool import missing_members, write_members
from .replacement import replace_brick
from .turn import Patience, Pool, pool_of
from .volume import complete_volume, found_volume, join_volume, names, options_for

BRICK_START_SECONDS = 15
"""Seconds that a brick may take to start by itself. GlusterFS waits for another node before it starts its own."""

LONGEST_PAUSE_SECONDS = 15.0
"""How long at most what GlusterFS said is believed while something is waited for. Where it takes seconds to answer, because all
nodes start at once, asking it again and again is what keeps it from its work."""

CALM_SECONDS = 30.0
"""Between two thorough looks while all is well here and another stage keeps the agent busy."""


HEAL_SECONDS = 10.0
"""Between two wake-up calls to the self-heal daemons while something waits to be healed. They may have looked at a new brick
just before GlusterFS noted what it lacks, and would look again ten minutes later."""


DIRTY_SECONDS = 30.0
"""How long a copy may be known not to be whole while nothing waits to be healed. A self-heal daemon that has not heard of a new
brick yet throws its entry away, and then nobody would ever heal it; so it is put into the volume once more."""


class Keeper:
    """Looks at the volume, this node's copy and the mount, and does at most one thing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._patience = Patience(clock)
        self._calm: Optional[Done] = None
        self._calm_since = 0.0
        self._calm_list = 0
        self._waiting: Optional[Waiting] = None
        self._look_again = 0.0
        self._brick_server = ServerProcess()

    def step(self, world: World) -> Outcome:
        if self._calm is not None and self._is_still_calm(world):
            return self._calm
        self._calm = None
        began = self._clock()
        if self._waiting is not None and began < self._look_again:
            return self._waiting
        outcome = self._look(world)
        now = self._clock()
        if isinstance(outcome, Done):
            self._calm, self._calm_since, self._calm_list = outcome, now, world.roster.serial
        self._waiting = outcome if isinstance(outcome, Waiting) else None
        self._look_again = now + min(2 * (now - began), LONGEST_PAUSE_SECONDS)
        return outcome

    def _is_still_calm(self, world: World) -> bool:
        """The cheap look: what can be seen without asking GlusterFS."""
        if self._calm_list != world.roster.serial:
            return False
        if world.deep and self._clock() - self._calm_since >= CALM_SECONDS:
            return False
        return world.is_storage_mounted() and not missing_members(others(world)) and self._is_served(world.settings)

    def _is_served(self, settings: Settings) -> bool:
        return self._brick_server.is_there(lambda arguments: serves_brick(arguments, settings.brick_directory))

    def _look(self, world: World) -> Outcome:
        disk = keep_disk(world.settings, world.run)
        if disk is not None:
            return disk
        gluster = Gluster(world.run)
        missing = missing_members(others(world))
        if missing:
            write_members(missing)
            gluster.restart()
            return Acted(f"told GlusterFS of {names(missing)}")
        try:
            return self._look_at_volume(world, gluster)
        except GlusterError as error:
            if error.is_daemon_down:
                return Waiting("GlusterFS is starting")
            if error.is_busy:
                self._patience.forget_turns()
                return Waiting("another node is changing the volume")
            return Waiting(f"GlusterFS: {error}")

    def _look_at_volume(self, world: World, gluster: Gluster) -> Outcome:
        settings, me, patience = world.settings, world.me, self._patience
        volume = gluster.volume(settings.storage_volume)
        brick = look_at_brick(settings.brick_directory)
        members = gluster.members()
        pool = pool_of(world.roster.storage_nodes, me, members)
        if volume is None:
            return found_volume(gluster, settings, pool, brick, patience)
        patience.forget("create")
        change = complete_volume(gluster, settings, volume, pool, patience, options_for(world.roster)) or detach_former(
            gluster, volume, pool, members, former_members(world.roster), patience
        )
        if change is not None:
            return change
        if volume.brick_of(me.gluster_uuid) is None:
            return join_volume(gluster, settings, volume, pool, me, brick)
        if brick.unfinished or brick.volume_id != volume.id:
            return replace_brick(gluster, settings, volume, pool, me, brick, patience)
        outcome = self._look_at_service(world, gluster, volume, pool) or self._look_at_health(world, gluster, volume, pool)
        return with_former(outcome, settings, volume, former_members(world.roster))

    def _look_at_service(self, world: World, gluster: Gluster, volume: Volume, pool: Pool) -> Optional[Outcome]:
        """Is this node's copy served, and the volume mounted?"""
        settings = world.settings
        if not self._is_served(settings):
            if len(pool.present) < 2 <= len(pool.all):
                return Waiting(f"waiting for {names(pool.absent)}: GlusterFS starts its copy when another node is there")
            if self._patience.waited("brick") < BRICK_START_SECONDS:
                return Waiting("starting this node's copy")
            self._patience.forget("brick")
            gluster.start(settings.storage_volume, force=True)
            return Acted("started this node's copy again")
        self._patience.forget("brick")
        if not world.is_storage_mounted():
            return Waiting(f"mounting the volume{absence(pool)}")
        return None

    def _look_at_health(self, world: World, gluster: Gluster, volume: Volume, pool: Pool) -> Outcome:
        """Are all copies there, and whole?"""
        settings, patience = world.settings, self._patience
        if len(volume.bricks) == 1:
            return Done("mounted, one copy")
        heal = gluster.heal(settings.storage_volume)
        if heal.pending_count and not heal.away and patience.once_every("heal", HEAL_SECONDS):
            gluster.begin_heal(settings.storage_volume)
        brick = look_at_brick(settings.brick_directory)
        if not brick.is_dirty or heal.pending_count:
            patience.forget("dirty")
        elif heal.away or patience.waited("dirty") < DIRTY_SECONDS:
            return Waiting("mounted, but this node's copy is not whole yet")
        else:
            patience.forget("dirty")
            return replace_brick(gluster, settings, volume, pool, world.me, brick._replace(unfinished=True), patience)
        return heal_outcome(heal, pool, len(volume.bricks))


def others(world: World) -> List[Peer]:
    return [peer for peer in world.roster.storage_nodes if peer.name != world.me.name]


def absence(pool: Pool) -> str:
    return f" ({names(pool.absent)} is not here)" if pool.absent else ""


def heal_outcome(heal: Heal, pool: Pool, copies: int) -> Outcome:
    """State of a volume that is mounted."""
    if heal.split_brain:
        return Stuck(
            f"{heal.split_brain} files differ between the copies, and nobody can tell which is right: "
            "gluster volume heal cluster info split-brain lists them, and "
            "'gluster volume heal cluster split-brain latest-mtime FILE' takes the newer one"
        )
    if heal.away:
        return Done(f"mounted, {copies - len(heal.away)} of {copies} copies: {', '.join(heal.away)} is away")
    if heal.pending_count:
        return Waiting(f"mounted, healing {heal.pending_count} files")
    return Done(f"mounted, {copies} copies{absence(pool)}")
