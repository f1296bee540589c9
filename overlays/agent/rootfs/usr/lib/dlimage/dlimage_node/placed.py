"""The files that came with the image, and whether they are still as they were.

The builder lists them; a copy of each is kept on the node when it is seen whole for the first time, so that it can be put back.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .files import read_text, write_durably
from .vip import CONFIGURATION as KEEPALIVED
from .vip import without_peers

LIST = "/etc/dlimage/placed.json"
ORIGINALS = "/var/lib/dlimage/originals.json"
"""The texts of the files of the list, by path, and of which list. Root's alone, as some are secret."""

PUT_BACK = "/var/lib/dlimage/put-back"
"""Folder for a person's version of a file when the original is put back over it."""


class Placed(NamedTuple):
    """A file as it came."""

    mode: int
    owner: Tuple[int, int]
    sha256: str


class Change(NamedTuple):
    """A file that is not as it came: `how` completes "the file ...", `since` is in seconds since 1970."""

    path: str
    how: str
    since: float

    @property
    def text(self) -> str:
        return f"{self.path} {self.how} ({time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime(self.since))})"


def read_list() -> Dict[str, Placed]:
    """{} on a node whose image has no list, or whose list cannot be read."""
    try:
        content = json.loads(read_text(LIST) or "{}")
        return {name: _parse(str(word)) for name, word in content.items()}
    except (ValueError, AttributeError):
        return {}


def _parse(word: str) -> Placed:
    mode, owner, sha256 = word.split(" ")
    uid, _, gid = owner.partition(":")
    return Placed(int(mode, 8), (int(uid), int(gid)), sha256)


class Files:
    """Looks at all files of the list. One whose time, size and place on the disk are as before is not read again."""

    def __init__(self, placed: Dict[str, Placed]) -> None:
        self.placed = placed
        self._seen: Dict[str, Tuple[Any, Optional[Change]]] = {}

    def look(self) -> List[Change]:
        """All that is not as it came."""
        found = [self._look_at(path, placed) for path, placed in self.placed.items()]
        return [change for change in found if change is not None]

    def _look_at(self, path: str, placed: Placed) -> Optional[Change]:
        try:
            status = os.stat(path)
        except OSError:
            status = None
        mark = status and (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
        before = self._seen.get(path)
        if before is not None and before[0] == mark:
            return before[1]
        change = _judge(path, placed, status)
        self._seen[path] = (mark, change)
        return change


def _judge(path: str, placed: Placed, status: Optional[os.stat_result]) -> Optional[Change]:
    if status is None:
        return Change(path, "was removed", time.time())
    if not _is_same(path, placed):
        return Change(path, "was changed", status.st_ctime)
    if (stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid)) != (placed.mode, placed.owner):
        return Change(path, "got another mode or owner", status.st_ctime)
    return None


def _is_same(path: str, placed: Placed) -> bool:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return False
    if hashlib.sha256(content).hexdigest() == placed.sha256:
        return True
    # The agent writes the other managers into this one.
    original = read_original(path, placed) if path == KEEPALIVED else None
    return original is not None and without_peers(original) == without_peers(content.decode("utf-8", "replace"))


def keep_originals(placed: Dict[str, Placed]) -> None:
    """Keeps the text of each file that is as it came, once for each list.

    :raises OSError: when there is no room for them
    """
    wanted = hashlib.sha256(read_text(LIST).encode()).hexdigest()
    if _read_originals().get("list") == wanted:
        return
    texts = {path: text for path, one in placed.items() for text in [_text_of(path, one)] if text is not None}
    write_durably(ORIGINALS, json.dumps({"list": wanted, "texts": texts}), 0o600)


def read_original(path: str, placed: Placed) -> Optional[str]:
    """The text that a file came with; None when it was changed before it was seen, or is no text."""
    text = _read_originals().get("texts", {}).get(path)
    return text if text is not None and _hash(text) == placed.sha256 else None


def put_back(path: str, placed: Placed, text: str) -> Optional[str]:
    """Writes the text that a file came with, with its mode and owner. Returns where the one that was there is kept.

    :raises OSError: when it cannot be written
    """
    kept = None
    if os.path.lexists(path):
        os.makedirs(PUT_BACK, mode=0o700, exist_ok=True)
        kept = os.path.join(PUT_BACK, path.strip("/").replace("/", "_"))
        with open(path, "rb") as source, open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(source.read())
    write_durably(path, text, placed.mode)
    os.chown(path, *placed.owner)
    return kept


def _read_originals() -> Dict[str, Any]:
    try:
        content = json.loads(read_text(ORIGINALS) or "{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _text_of(path: str, placed: Placed) -> Optional[str]:
    try:
        text = read_text(path)
    except (OSError, ValueError):
        return None
    return text if _hash(text) == placed.sha256 else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
