"""A clock that is right enough: boards have none that runs without power."""

from __future__ import annotations

import os
import time
from typing import Optional, Tuple

from ..clock import is_synchronized
from ..founding import majority
from ..outcome import Acted, Done, Outcome, Waiting
from ..world import World

NTP_SECONDS = 20.0
"""Seconds to wait for time servers where no clock kept the time. chrony needs some 10 when they answer."""

TOLERANCE_SECONDS = 30.0
PLAUSIBLE_SECONDS = 60 * 365 * 86400
"""A peer that is further ahead than this has lost its mind, not we the time."""

ALONE_SECONDS = 10 * 365 * 86400
"""The same for one whose word nobody else bears out, from what it is at least: a card may lie in a drawer for years, but
certificates end."""

EARLIEST = 1_735_689_600.0
"""2025: before that there was no dlimage, and a clock that says so is one whose battery is empty."""


def step(world: World) -> Outcome:
    if is_synchronized():
        return Done("set by time servers")
    if not world.deep:
        return Done("not set by time servers, and like the other nodes'")
    ahead = _to_follow(world)
    if ahead is not None:
        name, seconds = ahead
        time.clock_settime(time.CLOCK_REALTIME, time.time() + seconds)
        return Acted(f"set {round(seconds)} s forward, to that of {name}")
    waited = time.monotonic() - world.started
    if not os.path.exists("/dev/rtc0") and waited < NTP_SECONDS:
        return Waiting("waiting for time servers, as this board has no clock that runs without power")
    return Done("not set by time servers, and like the other nodes'")


def _to_follow(world: World) -> Optional[Tuple[str, float]]:
    """Whose clock to follow, and how far it is ahead. Forward only: a clock that goes back breaks certificates, logs and
    databases. What time servers set comes first, then what most managers say, and one alone only so far."""
    aheads = [
        (state["clock"] + (time.monotonic() - state["received"]) - time.time(), name, state["clock_synchronized"])
        for name, state in world.manager_states().items()
    ]
    synchronized = sorted((ahead, name) for ahead, name, is_set in aheads if is_set)
    if any(abs(ahead) <= TOLERANCE_SECONDS for ahead, _ in synchronized):
        return None
    plausible = [(ahead, name) for ahead, name in synchronized if TOLERANCE_SECONDS < ahead < PLAUSIBLE_SECONDS]
    if plausible:
        ahead, name = plausible[len(plausible) // 2]
        return name, ahead
    later = sorted(((ahead, name) for ahead, name, _ in aheads if TOLERANCE_SECONDS < ahead < PLAUSIBLE_SECONDS), reverse=True)
    most = majority(len(world.roster.managers))
    latest = max(time.time(), EARLIEST) + ALONE_SECONDS - time.time()
    alone = [one for one in later if one[0] < latest]
    borne_out = later[most - 1 : most] or alone[:1]
    return (borne_out[0][1], borne_out[0][0]) if borne_out else None
