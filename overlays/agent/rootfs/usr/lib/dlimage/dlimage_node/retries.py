"""Items that failed, each with a pause of its own: one that fails never holds up the others."""

from __future__ import annotations

import time
from typing import Dict, List, NamedTuple

FIRST_PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 600.0


class Failure(NamedTuple):
    """Why an item failed last, the pause after it, and the monotonic time at which it may be tried again."""

    why: str
    pause_seconds: float
    retry_at: float


class Retries:
    """Remembers failures until the agent restarts. A pause begins at 10 s and doubles up to ten minutes."""

    def __init__(self) -> None:
        self._failures: Dict[str, Failure] = {}

    def is_due(self, name: str) -> bool:
        """True when the item has not failed, or its pause is over."""
        failure = self._failures.get(name)
        return failure is None or time.monotonic() >= failure.retry_at

    def has_failed(self, name: str) -> bool:
        return name in self._failures

    def failed(self, name: str, why: str) -> None:
        before = self._failures.get(name)
        pause = min(before.pause_seconds * 2, LONGEST_PAUSE_SECONDS) if before else FIRST_PAUSE_SECONDS
        self._failures[name] = Failure(why, pause, time.monotonic() + pause)

    def forget(self, name: str) -> None:
        """Forgets the item's failures; the others wait on."""
        self._failures.pop(name, None)

    def succeeded(self, name: str) -> None:
        """Forgets the item's failures, and ends every pause: the others may have waited for just this one."""
        self._failures.pop(name, None)
        now = time.monotonic()
        self._failures = {other: failure._replace(retry_at=now) for other, failure in self._failures.items()}

    def keep(self, names: List[str]) -> None:
        """Forgets every item but these."""
        self._failures = {name: failure for name, failure in self._failures.items() if name in names}

    @property
    def whys(self) -> List[str]:
        """The reasons, in the order in which the items failed first."""
        return [failure.why for failure in self._failures.values()]
