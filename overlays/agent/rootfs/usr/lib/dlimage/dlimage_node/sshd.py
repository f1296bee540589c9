"""sshd's reading of its configuration."""

from __future__ import annotations

import os
from typing import Any, Callable, List, Optional, Tuple

from .command import Result

MAIN = "/etc/ssh/sshd_config"
FOLDER = "/etc/ssh/sshd_config.d"
RUN = "/run/sshd"
"""sshd checks nothing without it; it is there while sshd runs."""

MUST = {"authenticationmethods": "publickey", "passwordauthentication": "no", "permitemptypasswords": "no"}


class Sshd:
    """Asks sshd once for each state of its files."""

    def __init__(self) -> None:
        self._mark: Any = None
        self._complaint = ""
        self._open: List[str] = []

    def look(self, run: Callable[..., Result]) -> Tuple[str, List[str]]:
        """Why sshd would not start again, or ''; and settings with which it lets people in without a key."""
        mark = _mark()
        if mark is not None and mark != self._mark:
            self._mark = mark
            said = run(["/usr/sbin/sshd", "-T"])
            # The last line only counts those before it.
            self._complaint = "" if said.ok else (said.err.strip().splitlines() or [said.complaint])[0]
            settings = dict(line.partition(" ")[::2] for line in said.out.splitlines())
            self._open = [f"{key} {settings[key]}" for key, value in MUST.items() if settings.get(key, value) != value]
        return self._complaint, self._open


def _mark() -> Optional[Tuple[Any, ...]]:
    """Changes when a file of sshd does; None while nothing can be said."""
    if not os.path.isdir(RUN):
        return None
    try:
        with os.scandir(FOLDER) as entries:
            paths = [MAIN, *sorted(entry.path for entry in entries if entry.name.endswith(".conf"))]
        return tuple((path, os.stat(path).st_mtime_ns, os.stat(path).st_ctime_ns) for path in paths)
    except OSError:
        return None
