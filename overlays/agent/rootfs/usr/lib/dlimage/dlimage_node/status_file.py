"""The status record's file, and what stands in it. The agent writes it; everything that tells how the node is reads it."""

from __future__ import annotations

import socket
from typing import Any, Dict

FILE = "/run/dlimage/status.json"

BLANK: Dict[str, Any] = {
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
    "roster": [],
    "missing": None,
    "others": [],
    "figures": {},
    "page_port": "",
    "serial": 0,
    "nodes_expected": 0,
    "written": 0,
}
"""Every key, with what it says while nobody knows. Times are seconds since 1970."""
