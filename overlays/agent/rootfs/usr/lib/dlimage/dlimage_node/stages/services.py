"""The services that the node needs. One that a person has stopped stays stopped, and everybody is told how to start it."""

from __future__ import annotations

import time
from typing import Dict, List, Sequence, Tuple

from .. import services
from ..outcome import Done, Noted, Outcome, Stuck
from ..vip import is_candidate
from ..world import World

LOOK_SECONDS = 15.0
"""Between two questions to systemd while something does not run: each starts a program."""

Wanted = Tuple[str, ...]
"""Units of which one is enough; images differ in which they have."""

DOCKER: Wanted = (services.DOCKER,)

SPARED: Sequence[Wanted] = (
    ("ssh.service", "ssh.socket", "sshd.service"),
    ("chrony.service", "chronyd.service", "ntpsec.service", "ntp.service", "systemd-timesyncd.service"),
)
"""Without these the node still does its work, so that nobody should take it out of service."""

PAGE: Wanted = ("dlimage-page.service",)


class ServicesStage:
    """Keeps what was said last, for the time until systemd is asked again."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._said: Outcome = Done("all run")

    def __call__(self, world: World) -> Outcome:
        silent = [wanted for wanted in wanted_services(world) if not any(map(services.runs, wanted))]
        if not silent:
            self._looked_at = float("-inf")
            return Done("all run")
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self._said = _judge(silent, services.ask_systemd(world.run, [name for wanted in silent for name in wanted]))
        return self._said


def wanted_services(world: World) -> List[Wanted]:
    """Services that have to run on this node, beside the agent and the firewall, which have their own words."""
    settings = world.settings
    own = [
        ("glusterd.service", settings.storage == "glusterfs" and world.me.stores_data),
        ("dlimage-storage.service", bool(settings.mount_point)),
        ("keepalived.service", is_candidate(world)),
    ]
    page = [PAGE] if settings.http_port else []
    return [DOCKER, *((name,) for name, is_wanted in own if is_wanted), *SPARED, *page]


def _judge(silent: Sequence[Wanted], units: Dict[str, services.Unit]) -> Outcome:
    complaints: List[str] = []
    is_needed = False
    for wanted in silent:
        known = {name: units[name] for name in wanted if name in units and units[name].load in ("loaded", "masked")}
        if any(unit.active in ("active", "activating", "reloading", "deactivating") for unit in known.values()):
            continue
        # The first that the image has: of those beside it nobody knows whether they were ever used.
        found = [complaint for complaint in map(services.complaint_of, known, known.values()) if complaint]
        complaints += found[:1]
        is_needed = is_needed or (bool(found) and wanted not in (*SPARED, PAGE))
    if not complaints:
        return Done("all run")
    return (Stuck if is_needed else Noted)("; ".join(complaints))
