"""The directory in which this node keeps its copy. Its xattrs say to which volume it belongs."""

from __future__ import annotations

import errno
import os
import time
import uuid
from typing import NamedTuple

from ..files import write_durably

VOLUME_ID = "trusted.glusterfs.volume-id"
DIRTY = "trusted.afr.dirty"


class BrickState(NamedTuple):
    """`volume_id` is '' for a directory that never was a brick, or is not there.

    `unfinished` is true from before this node puts the brick into the volume until GlusterFS has said that it is done. The
    volume's id alone proves nothing: GlusterFS writes it before it asks the other nodes, and a brick with it that the others
    do not know to be empty is served empty, and never healed.

    `is_dirty` is true for a brick whose top folder is not whole; GlusterFS says so of a new one until it has been healed, and
    else for the moment of a change.
    """

    volume_id: str
    is_dirty: bool
    holds_files: bool
    unfinished: bool
    changed_seconds_ago: float


def look_at_brick(path: str) -> BrickState:
    """Reads the directory and its xattr."""
    try:
        entries = os.listdir(path)
        changed = os.stat(path).st_ctime
    except FileNotFoundError:
        return BrickState("", False, False, os.path.exists(mark_of(path)), 0)
    volume_id = read_xattr(path, VOLUME_ID)
    holds_files = any(not entry.startswith(".glusterfs") for entry in entries)
    return BrickState(
        volume_id=str(uuid.UUID(bytes=volume_id)) if volume_id else "",
        is_dirty=any(read_xattr(path, DIRTY)),
        holds_files=holds_files,
        unfinished=os.path.exists(mark_of(path)),
        # A clock that was set back must not make the change look fresh for ever.
        changed_seconds_ago=abs(time.time() - changed),
    )


def read_xattr(path: str, name: str) -> bytes:
    """The value of an extended attribute, empty when there is none."""
    try:
        return os.getxattr(path, name)
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise
        return b""


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
