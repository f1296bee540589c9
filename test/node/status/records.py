"""Status records for the tests."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any, Dict

from dlimage_node.report import Report, read_report

NOW = 1_790_000_000


def record(**changes: Any) -> Dict[str, Any]:
    """What the agent of an assembled manager writes."""
    return {
        "node": "pi3-1",
        "cluster": "home",
        "role": "manager",
        "address": "192.168.1.101",
        "assembled": True,
        "summary": "assembled",
        "stages": [
            {"stage": "clock", "state": "done", "text": "set by a time server", "since": NOW - 7200},
            {"stage": "storage", "state": "done", "text": "mounted", "since": NOW - 90},
        ],
        "vip": {"address": "192.168.1.100", "holds": True},
        "swarm": {
            "state": "active",
            "nodes": [
                {"name": "pi3-1", "role": "manager", "state": "ready", "availability": "active", "leader": True},
                {"name": "pi3-2", "role": "worker", "state": "down", "availability": "drain", "leader": False},
            ],
            "services": 3,
            "stacks": [
                {"name": "shop", "services": 2, "ports": [{"port": 80, "protocol": "tcp"}, {"port": 443, "protocol": "tcp"}]},
                {"name": "worker", "services": 1, "ports": [{"port": 5353, "protocol": "udp"}]},
            ],
        },
        "storage": {"type": "glusterfs", "mounted": True},
        "roster": [
            {"name": "pi3-1", "address": "192.168.1.101", "role": "manager"},
            {"name": "pi3-2", "address": "192.168.1.102", "role": "worker"},
            {"name": "pi3-3", "address": "", "role": "worker"},
        ],
        "missing": ["pi3-2", "pi3-3"],
        "others": [],
        "figures": {
            "started": NOW - 3 * 86400,
            "celsius": 48.3,
            "memory_bytes": 960 << 20,
            "memory_free_bytes": 512 << 20,
            "disk_bytes": 29 << 30,
            "disk_free_bytes": 22 << 30,
            "system": "Debian GNU/Linux 13 (trixie)",
            "kernel": "6.12.48",
        },
        "page_port": "9280",
        "written": NOW - 5,
        **changes,
    }


def waiting(text: str, state: str = "waiting") -> Dict[str, Any]:
    """The same while the storage is not there."""
    stages = record()["stages"]
    stages[1] = {"stage": "storage", "state": state, "text": text, "since": NOW - 600}
    return record(assembled=False, summary=f"storage: {text}", stages=stages)


def report_of(content: Any, now: float = NOW) -> Report:
    """What a reader makes of a record file with this content: a mapping, or text as it stands."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "status.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return read_report(path, now)
