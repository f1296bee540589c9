"""Limits on questions at one time, in all and each: a bound for resources that a stranger, or another node, can use up here."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Counter as CounterOf


class Seats:
    """Taken and left by any thread."""

    def __init__(self, total: int, each: int) -> None:
        self._total = total
        self._each = each
        self._taken: CounterOf[str] = Counter()
        self._lock = threading.Lock()

    def take(self, caller: str) -> bool:
        """True when there is a seat, which the caller has to leave then."""
        with self._lock:
            if self._taken[caller] >= self._each or sum(self._taken.values()) >= self._total:
                return False
            self._taken[caller] += 1
            return True

    def leave(self, caller: str) -> None:
        with self._lock:
            self._taken[caller] -= 1
            if not self._taken[caller]:
                del self._taken[caller]
