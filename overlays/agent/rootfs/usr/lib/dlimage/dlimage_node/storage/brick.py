"""The directory in which this node keeps its copy. Its xattrs say to which volume it belongs."""

from __future__ import annotations

import errno
import os
import time
import uuid
from typing import NamedTuple

from .mounts import find_process, serves_brick

VOLUME_ID = "trusted.glusterfs.volume-id"


class BrickState(NamedTuple):
    """`volume_id` is '' for a directory that never was a brick, or is not there."""

    exists: bool
    volume_id: str
    holds_files: bool
    changed_seconds_ago: float


def look_at_brick(path: str) -> BrickState:
    """Reads the directory and its xattr."""
    try:
        entries = os.listdir(path)
        changed = os.stat(path).st_ctime
    except FileNotFoundError:
        return BrickState(False, "", False, 0)
    try:
        volume_id = str(uuid.UUID(bytes=os.getxattr(path, VOLUME_ID)))
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise
        volume_id = ""
    holds_files = any(not entry.startswith(".glusterfs") for entry in entries)
    # A clock that was set back must not make the change look fresh for ever.
    return BrickState(True, volume_id, holds_files, abs(time.time() - changed))


def forget_volume(path: str) -> None:
    """Makes an empty directory a fresh one again, whatever a creation that came to nothing wrote on it."""
    for name in os.listxattr(path):
        if name.startswith("trusted."):
            os.removexattr(path, name)


def is_brick_served(path: str) -> bool:
    """True while a process serves the brick."""
    return find_process(lambda arguments: serves_brick(arguments, path)) is not None
