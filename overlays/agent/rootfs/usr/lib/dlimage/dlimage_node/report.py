"""Reads the status record that the agent writes, and judges whether it can be believed."""

from __future__ import annotations

import json
import re
import socket
import time
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

FILE = "/run/dlimage/status.json"

STALE_SECONDS = 180
"""The agent writes several times a minute; only a pass that waits for a slow card or a dead peer takes longer."""


class Report(NamedTuple):
    """The record, with every key that a reader needs, and in `problem` why it cannot be believed, or ''."""

    record: Dict[str, Any]
    problem: str

    @property
    def assembled(self) -> bool:
        return not self.problem and self.record["assembled"] is True

    @property
    def told(self) -> Dict[str, Any]:
        """The record for programs: it never says assembled when nobody knows; `stale` tells the two apart."""
        judged = {"assembled": self.assembled, "summary": self.summary, "stale": self.problem != ""}
        return {**self.record, **judged}

    @property
    def summary(self) -> str:
        """One line: how the node is."""
        return self.problem or str(self.record["summary"])

    @property
    def state(self) -> str:
        """One word: `assembled`, `stuck` when a person has to do something, `unknown`, or else `assembling`."""
        if self.problem:
            return "unknown"
        if self.assembled:
            return "assembled"
        stuck = any(stage["state"] == "stuck" for stage in self.record["stages"])
        return "stuck" if stuck else "assembling"


EMPTY: Dict[str, Any] = {
    "node": socket.gethostname(),
    "cluster": "",
    "role": "",
    "address": "",
    "assembled": False,
    "summary": "",
    "stages": [],
    "vip": None,
    "swarm": None,
    "storage": None,
    "written": 0,
}


def read_report(path: str = FILE, now: Optional[float] = None) -> Report:
    """The agent's last record. Never fails: what is wrong with it stands in `problem`."""
    try:
        with open(path, encoding="utf-8") as file:
            record = {**EMPTY, **json.load(file)}
    except FileNotFoundError:
        return Report(EMPTY, "the agent has not reported since the node was switched on")
    except (OSError, ValueError):
        return Report(EMPTY, f"{path} cannot be read")
    age = (time.time() if now is None else now) - record["written"]
    # A clock that was set back makes a record of the future, until the agent writes the next one.
    if age > STALE_SECONDS:
        return Report(record, f"the agent reported {duration(age)} ago and not since")
    if age < -STALE_SECONDS:
        return Report(record, "the clock was set back, and the agent has not reported since")
    return Report(record, "")


def duration(seconds: float) -> str:
    """`12 s`, `3 min`, `5 h`, `2 days`: one unit, so that a column of them can be read."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 2 * 86400:
        return f"{whole // 3600} h"
    return f"{whole // 86400} days"


def facts(record: Dict[str, Any]) -> Dict[str, str]:
    """What is worth a line each, in the order in which it is shown."""
    lines = {"address": record["address"] or "none yet", "role": record["role"]}
    vip = record["vip"]
    if vip:
        lines["virtual IP"] = f"{vip['address']}, {'held by this node' if vip['holds'] else 'held elsewhere'}"
    storage = record["storage"]
    if storage and storage["type"] != "none":
        lines["storage"] = f"{storage['type']}, {'mounted' if storage['mounted'] else 'not mounted'}"
    swarm = record["swarm"]
    if swarm:
        lines["swarm"] = swarm["state"] + "".join(
            f", {counted(number, thing)}" for number, thing in swarm_counts(swarm) if number is not None
        )
    return {name: value for name, value in lines.items() if value}


def swarm_nodes(record: Dict[str, Any]) -> List[Dict[str, Any]]:
    """The nodes of the swarm by name; none where only managers know them."""
    nodes = (record["swarm"] or {}).get("nodes") or []
    return sorted(nodes, key=lambda node: natural_order(node["name"]))


def natural_order(name: str) -> List[Tuple[str, int]]:
    """pi3-9 stands before pi3-10."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d*)", name)]


def swarm_counts(swarm: Dict[str, Any]) -> List[Tuple[Optional[int], str]]:
    """How many nodes and services there are, None for what only managers know."""
    nodes = swarm.get("nodes")
    return [(None if nodes is None else len(nodes), "node"), (swarm.get("services"), "service")]


def counted(number: Optional[int], thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
