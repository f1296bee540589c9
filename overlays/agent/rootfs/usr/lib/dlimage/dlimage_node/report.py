"""Reads the status record that the agent writes, and judges whether it can be believed."""

from __future__ import annotations

import json
import time
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .cluster_nodes import is_incomplete, nodes_phrase
from .status_file import BLANK, FILE

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
    def headline(self) -> str:
        """One line for people: how the node is, and once that is well how the cluster is."""
        nodes = nodes_phrase(self.record)
        if self.state == "incomplete":
            return nodes
        return f"{self.summary}, {nodes}" if self.assembled and nodes else self.summary

    @property
    def state(self) -> str:
        """One word: `assembled`, `incomplete` when this node is and others are missing, `stuck` when a person has to do
        something, `unknown`, or else `assembling`."""
        if self.problem:
            return "unknown"
        if self.assembled:
            return "incomplete" if is_incomplete(self.record) else "assembled"
        stuck = any(stage["state"] == "stuck" for stage in self.record["stages"])
        return "stuck" if stuck else "assembling"


def read_report(path: str = FILE, now: Optional[float] = None) -> Report:
    """The agent's last record. Never fails: what is wrong with it stands in `problem`."""
    try:
        with open(path, encoding="utf-8") as file:
            record = {**BLANK, **plain_values(json.load(file))}
    except FileNotFoundError:
        return Report(BLANK, "the agent has not reported since the node was switched on")
    except (OSError, ValueError, TypeError):
        return Report(BLANK, f"{path} cannot be read")
    age = (time.time() if now is None else now) - record["written"]
    # A clock that was set back makes a record of the future, until the agent writes the next one.
    if age > STALE_SECONDS:
        return Report(record, f"the agent reported {duration(age)} ago and not since")
    if age < -STALE_SECONDS:
        return Report(record, "the clock was set back, and the agent has not reported since")
    return Report(record, "")


def plain(text: str) -> str:
    """One line without control characters: a terminal obeys those."""
    return "".join(character if character.isprintable() else " " for character in text)


def plain_values(value: Any) -> Any:
    """The same with every text in it plain. A node's name is that node's own word."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [plain_values(item) for item in value]
    if isinstance(value, dict):
        return {key: plain_values(item) for key, item in value.items()}
    return value


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
    """One line for each fact that is worth it, in the order in which they are shown."""
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
    return {name: value for name, value in {**lines, **figure_facts(record)}.items() if value}


def figure_facts(record: Dict[str, Any]) -> Dict[str, str]:
    """The machine itself, as far as it lets be read."""
    figures = record["figures"]
    lines = {}
    if "started" in figures:
        lines["up for"] = duration(record["written"] - figures["started"])
    if "celsius" in figures:
        lines["temperature"] = f"{figures['celsius']} °C"
    for thing in ("memory", "disk"):
        if f"{thing}_free_bytes" in figures and f"{thing}_bytes" in figures:
            lines[thing] = f"{size(figures[f'{thing}_free_bytes'])} of {size(figures[f'{thing}_bytes'])} free"
    lines["system"] = ", ".join(str(figures[name]) for name in ("system", "kernel") if name in figures)
    return lines


def size(count: float) -> str:
    """`870 MB`, `3.7 GB`, `29 GB`: powers of 1024, as memory is sold."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.1f} {unit}" if unit == "GB" and count < 10 else f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"


def swarm_counts(swarm: Dict[str, Any]) -> List[Tuple[Optional[int], str]]:
    """Numbers of nodes and services, None for those that only managers know."""
    nodes = swarm.get("nodes")
    return [(None if nodes is None else len(nodes), "node"), (swarm.get("services"), "service")]


def counted(number: Optional[int], thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
