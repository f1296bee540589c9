"""The directory in which this node keeps its copy. Its xattrs say to which volume it belongs."""

from __future__ import annotations

import errno
import os
import time
import uuid
from typing import NamedTuple

from ..files import write_durably
from .mounts import find_process, serves_brick

VOLUME_ID = "trusted.glusterfs.volume-id"


class BrickState(NamedTuple):
    """`volume_id` is '' for a directory that never was a brick, or is not there.

    `unfinished` is true from before this node puts the brick into the volume until GlusterFS has said that it is done. The
    volume's id alone proves nothing: GlusterFS writes it before it asks the other nodes, and a brick with it that the others
    do not know to be empty is served empty, and never healed.
    """

    volume_id: str
    holds_files: bool
    unfinished: bool
    changed_seconds_ago: float


def look_at_brick(path: str) -> BrickState:
    """Reads the directory and its xattr."""
    try:
        entries = os.listdir(path)
        changed = os.stat(path).st_ctime
    except FileNotFoundError:
        return BrickState("", False, os.path.exists(mark_of(path)), 0)
    try:
        volume_id = str(uuid.UUID(bytes=os.getxattr(path, VOLUME_ID)))
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise
        volume_id = ""
    holds_files = any(not entry.startswith(".glusterfs") for entry in entries)
    # A clock that was set back must not make the change look fresh for ever.
    return BrickState(volume_id, holds_files, os.path.exists(mark_of(path)), abs(time.time() - changed))


def mark_unfinished(path: str) -> None:
    """On disk before anything else is done. Beside the brick, not in it: what is in it is healed to the others."""
    write_durably(mark_of(path), "dlimage is putting this copy into the volume\n")


def mark_finished(path: str) -> None:
    os.unlink(mark_of(path))


def mark_of(path: str) -> str:
    return path + ".unfinished"


def forget_volume(path: str) -> None:
    """Makes an empty directory a fresh one again, whatever a change that came to nothing wrote on it."""
    for name in os.listxattr(path):
        if name.startswith("trusted."):
            os.removexattr(path, name)


def is_brick_served(path: str) -> bool:
    """True while a process serves the brick."""
    return find_process(lambda arguments: serves_brick(arguments, path)) is not None
