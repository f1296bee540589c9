"""`dlimage-node status`: how this node is, for a person at a terminal or, with --json, for a program."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from typing import Any, Dict, List

from .cluster_nodes import cluster_nodes, nodes_phrase
from .report import Report, duration, facts, read_report

WIDTH = 80

GREEN, YELLOW = "32", "33"
COLOURS = {
    **{state: GREEN for state in ("done", "assembled")},
    **{state: YELLOW for state in ("waiting", "acting", "assembling", "incomplete", "noted")},
}
OTHER_COLOUR = "31"


def show_status(as_json: bool = False) -> int:
    """Prints the status. Returns the exit code: 0 when the node is assembled, else 1."""
    report = read_report()
    if as_json:
        print(json.dumps(report.told))
    else:
        coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        print("\n".join(status_lines(report, time.time(), coloured)))
    return 0 if report.assembled else 1


def status_lines(report: Report, now: float, coloured: bool = False) -> List[str]:
    """The status in words, no line wider than a terminal of 80 columns unless a name is."""
    record = report.record
    of = f" of {record['cluster']}" if record["cluster"] else ""
    lines = [f"{record['node']}{of} is {paint(report.state, report.state, coloured)}"]
    if report.assembled and nodes_phrase(record):
        lines[0] += f": {nodes_phrase(record)}"
    if not report.assembled:
        lines += textwrap.wrap(report.summary, WIDTH, initial_indent="  ", subsequent_indent="  ")
    if report.problem:
        lines += ["  `sudo systemctl status dlimage-agent` tells why."]
        lines += ["  What follows is what it said last."] if record["stages"] else []
    lines += section(fact_lines(record) if record["written"] else [])
    lines += section(stage_lines(record["stages"], now, coloured))
    lines += section(other_lines(record["others"]))
    lines += section(swarm_lines(cluster_nodes(record)))
    return lines


def section(lines: List[str]) -> List[str]:
    """Sets lines apart from those before, when there are any."""
    return ["", *lines] if lines else []


def fact_lines(record: Dict[str, Any]) -> List[str]:
    """The node's own facts, in two columns."""
    known = facts(record)
    width = max(len(name) for name in known)
    return [f"  {name:<{width}}  {value}" for name, value in known.items()]


def stage_lines(stages: List[Dict[str, Any]], now: float, coloured: bool) -> List[str]:
    """One line a stage: what it is, since when, and what it says; the words are wrapped in their column."""
    width = max((len(stage["stage"]) for stage in stages), default=0)
    lines = []
    for stage in stages:
        name, state = stage["stage"], stage["state"]
        since = duration(now - stage["since"])
        before = f"  {name:<{width}}  {state:<7}  {since:<7}  "
        words = textwrap.wrap(stage["text"], WIDTH - len(before)) or [""]
        first = before.replace(f"{state:<7}", paint(f"{state:<7}", state, coloured), 1)
        lines += [first + words[0]] + [" " * len(before) + word for word in words[1:]]
    return lines


def other_lines(others: List[Dict[str, Any]]) -> List[str]:
    """Messages of other nodes that a person should know."""
    lines = []
    for other in others:
        lines += textwrap.wrap(f"{other['node']} says: {other['text']}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def swarm_lines(nodes: List[Dict[str, Any]]) -> List[str]:
    """The table of the nodes; `-` is what only managers know."""
    if not nodes:
        return []
    rows = [["NODE", "ROLE", "STATE", "AVAILABILITY", ""]]
    rows += [
        [node["name"], node["role"], node["state"] or "-", node["availability"] or "-", "leader" if node["leader"] else ""]
        for node in nodes
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip() for row in rows]


def paint(text: str, state: str, coloured: bool) -> str:
    return f"\033[{COLOURS.get(state, OTHER_COLOUR)}m{text}\033[0m" if coloured else text
