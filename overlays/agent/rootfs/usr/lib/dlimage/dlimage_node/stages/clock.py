"""A clock that is right enough: boards have none that runs without power."""

from __future__ import annotations

import os
import time
from typing import Optional, Tuple

from ..clock import is_synchronized
from ..outcome import Acted, Done, Outcome, Waiting
from ..world import World

NTP_SECONDS = 20.0
"""How long time servers are waited for where no clock kept the time. chrony needs some 10 seconds when they answer."""

TOLERANCE_SECONDS = 30.0
PLAUSIBLE_SECONDS = 60 * 365 * 86400
"""A peer that is further ahead than this has lost its mind, not we the time."""


def step(world: World) -> Outcome:
    if is_synchronized():
        return Done("set by time servers")
    if not world.deep:
        return Done("not set by time servers, and like the other nodes'")
    ahead = _most_ahead(world)
    if ahead is not None:
        name, seconds = ahead
        time.clock_settime(time.CLOCK_REALTIME, time.time() + seconds)
        return Acted(f"set {round(seconds)} s forward, to that of {name}")
    waited = time.monotonic() - world.started
    if not os.path.exists("/dev/rtc0") and waited < NTP_SECONDS:
        return Waiting("waiting for time servers, as this board has no clock that runs without power")
    return Done("not set by time servers, and like the other nodes'")


def _most_ahead(world: World) -> Optional[Tuple[str, float]]:
    """Forward only: a clock that goes back breaks certificates, logs and databases. One that time servers set first."""
    found = []
    for name, state in world.manager_states().items():
        ahead = state["clock"] + (time.monotonic() - state["received"]) - time.time()
        if TOLERANCE_SECONDS < ahead < PLAUSIBLE_SECONDS:
            found.append((state["clock_synchronized"], ahead, name))
    if not found:
        return None
    _, ahead, name = max(found)
    return name, ahead
