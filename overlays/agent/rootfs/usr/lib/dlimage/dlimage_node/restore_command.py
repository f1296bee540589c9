"""`dlimage-node restore FILE`: puts back a file as it came with the image."""

from __future__ import annotations

import sys

from .placed import put_back, read_list, read_original


def restore(path: str) -> int:
    """Prints what became of it. Returns the exit code: 0 when the file is as it came, else 1."""
    try:
        placed = read_list().get(path)
        if placed is None:
            return _refuse(f"{path} did not come with the image, or is not looked at")
        original = read_original(path, placed)
        if original is None:
            return _refuse(f"no copy of {path} is kept on this node: build the image again")
        kept = put_back(path, placed, original)
    except OSError as error:
        return _refuse(f"{error} (this needs sudo)" if isinstance(error, PermissionError) else str(error))
    print(f"put back {path}{f'; what was there is {kept}' if kept else ''}")
    print("What reads it may have to be restarted.")
    return 0


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
