"""The agent's start. A node whose own files are damaged has nothing to go on with, and says so where people look."""

from __future__ import annotations

import json
import time
from typing import Optional

from .console import Console
from .files import write_durably
from .settings import FILE as SETTINGS_FILE
from .status_file import BLANK, FILE
from .world import World, real_world


def start_world() -> Optional[World]:
    """The node's world; None when its image's own files cannot be read, which is then in the status and on the console."""
    try:
        world = real_world()
        if not world.settings.node:
            raise ValueError(f"{SETTINGS_FILE} names no node")
        return world
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        tell(f"files of this node's own image are damaged, flash its card again: {type(error).__name__}: {error}")
        return None


def tell(problem: str) -> None:
    """To the journal, the status and the console, as far as they can be written."""
    print(problem, flush=True)
    record = {**BLANK, "summary": problem, "written": round(time.time())}
    try:
        write_durably(FILE, json.dumps(record) + "\n", 0o644)
        Console().show(record)
    except OSError as error:
        print(f"the status cannot be written: {error}", flush=True)
