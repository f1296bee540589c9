"""A node that was flashed again: the volume counts on its brick, and the brick is an empty folder.

The recipe is GlusterFS's reset-brick. The obvious one (make the folder, write the volume's id on it, start, heal) serves an
empty folder and heals nothing. A daemon that has just learnt of the volume from the others refuses the recipe until it has been
restarted once: until then it has not looked at its own brick's path.
"""

from __future__ import annotations

import os

from ..outcome import Acted, Outcome, Stuck, Waiting
from ..roster import Peer
from ..settings import Settings
from .brick import BrickState, forget_volume, mark_finished, mark_unfinished
from .gluster import Gluster, GlusterError, Volume
from .turn import Patience, Pool
from .volume import brick_name, names

RESTART_SECONDS = 30
"""Between two restarts of the daemon, each of which loses it the others for a few seconds."""


def replace_brick(
    gluster: Gluster,
    settings: Settings,
    volume: Volume,
    pool: Pool,
    me: Peer,
    brick: BrickState,
    patience: Patience,
) -> Outcome:
    """Puts an empty brick in the place of the lost one. Power may be cut anywhere: until the mark beside the brick is gone, it
    is done again from the start."""
    path = settings.brick_directory
    if brick.holds_files and not brick.unfinished:
        return Stuck(
            f"{path} holds files that are not of this volume "
            f"({'of volume ' + brick.volume_id if brick.volume_id else 'of none'}; this one is {volume.id}). "
            f"Save them and empty the folder: rm -r {path}. This node's copy is then made anew"
        )
    if not pool.has_majority or len(pool.present) < 2:
        return Waiting(f"waiting for {names(pool.absent)}, to make this node's copy anew")
    mark_unfinished(path)
    if brick.volume_id and not brick.holds_files:
        forget_volume(path)
    os.makedirs(path, mode=0o755, exist_ok=True)
    name = brick_name(me, settings)
    try:
        gluster.begin_reset(settings.storage_volume, name)
        gluster.end_reset(settings.storage_volume, name)
    except GlusterError as error:
        if "replace-brick" not in str(error):
            raise
        return restart_after_import(gluster, patience, error)
    mark_finished(path)
    return Acted("made this node's copy anew; it heals from the others")


def restart_after_import(gluster: Gluster, patience: Patience, error: GlusterError) -> Outcome:
    if not patience.once_every("restart", RESTART_SECONDS):
        return Waiting(f"GlusterFS: {error}")
    gluster.restart()
    return Acted("restarted GlusterFS, which has learnt of the volume from the others")
