"""Services as systemd has them, read where it costs no program as long as all is well."""

from __future__ import annotations

import os
from typing import Callable, Dict, List, NamedTuple, Optional

from .command import Result

UNITS = "/run/systemd/units"
"""systemd keeps a link here for each service that runs. Source: systemd, src/core/unit.c, unit_export_state_files"""

AGENT = "dlimage-agent.service"
DOCKER = "docker.service"

_PROPERTIES = ("Id", "LoadState", "ActiveState", "UnitFileState", "Job")


class Unit(NamedTuple):
    """State of a unit from systemd. `job` is '' or '0' when nothing is about to happen to it."""

    load: str
    active: str
    file: str
    job: str


def runs(unit: str) -> bool:
    """True while a service starts, runs or ends."""
    return os.path.lexists(f"{UNITS}/invocation:{unit}")


def may_be_asked(unit: str) -> bool:
    """False for a service that does not run and would start because a question came over its socket: what a person has
    stopped stays stopped. True where systemd does not say what runs."""
    return runs(unit) or not runs(AGENT)


def ask_systemd(run: Callable[..., Result], names: List[str]) -> Dict[str, Unit]:
    """The units by their names; {} while systemd does not answer."""
    shown = run(["systemctl", "show", f"--property={','.join(_PROPERTIES)}", *names])
    units: Dict[str, Unit] = {}
    for block in shown.out.strip().split("\n\n") if shown.ok else []:
        values = dict(line.partition("=")[::2] for line in block.splitlines())
        load, active, file, job = (values.get(name, "") for name in _PROPERTIES[1:])
        units[values.get("Id", "")] = Unit(load, active, file, job)
    return units


def complaint_of(name: str, unit: Unit) -> Optional[str]:
    """Why a service does not run that should, with the command that starts it; None when that is nobody's doing."""
    if unit.load == "masked":
        return f"{name} is masked: sudo systemctl unmask {name} && sudo systemctl start {name}"
    if unit.load != "loaded" or unit.active not in ("inactive", "failed") or unit.job not in ("", "0"):
        return None
    if unit.active == "failed":
        return f"{name} has failed (sudo systemctl status {name} tells why): sudo systemctl restart {name}"
    if unit.file == "disabled":
        return f"{name} is disabled: sudo systemctl enable --now {name}"
    return f"{name} was stopped: sudo systemctl start {name}"
