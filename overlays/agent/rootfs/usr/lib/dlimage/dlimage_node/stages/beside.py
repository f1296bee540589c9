"""A stage whose looks take long, beside the others."""

from __future__ import annotations

import threading
import time
from typing import Callable, Optional

from ..outcome import Acted, Outcome, Waiting
from ..world import World

PATIENCE_SECONDS = 0.5
"""Seconds that a pass waits for a look. One that asks nobody is through in a moment."""


LONGEST_LOOK_SECONDS = 300.0
"""After that the last look is no longer believed: a disk that hangs never answers."""


class Beside:
    """Looks in a thread of its own, and says meanwhile what came of the last look. One look at a time.

    While a volume is made, each word with GlusterFS takes as long as its lock is held, and the swarm need not wait for that.
    """

    def __init__(self, stage: Callable[[World], Outcome], at_first: str) -> None:
        self._stage = stage
        self._thread: Optional[threading.Thread] = None
        self._said: Outcome = Waiting(at_first)
        self._came: Optional[Outcome] = None
        self._failure: Optional[Exception] = None
        self._at_first = at_first
        self._began = 0.0

    def __call__(self, world: World) -> Outcome:
        if self._thread is None:
            self._began = time.monotonic()
            self._thread = threading.Thread(target=self._look, args=(world,), name="beside", daemon=True)
            self._thread.start()
        self._thread.join(PATIENCE_SECONDS)
        if self._thread.is_alive():
            hangs = time.monotonic() - self._began > LONGEST_LOOK_SECONDS
            # The number stays: a text that changes is news each time.
            return Waiting(f"{self._at_first} for more than 5 minutes, without an answer") if hangs else self._said
        self._thread = None
        failure, outcome = self._failure, self._came
        self._failure = self._came = None
        if failure is not None:
            raise failure
        assert outcome is not None
        # What was done is done once: during the next look it would keep the other stages from their turn.
        self._said = Waiting(outcome.text) if isinstance(outcome, Acted) else outcome
        return outcome

    def _look(self, world: World) -> None:
        try:
            self._came = self._stage(world)
        except Exception as error:  # raised again where it is expected
            self._failure = error
