"""The stacks of the definition, as the builder wrote them down for this node."""

from __future__ import annotations

import json
from typing import Any, Dict, List, NamedTuple

from ..files import read_text

LIST = "/etc/dlimage/stacks.json"


class Stack(NamedTuple):
    """One stack: its compose files below /etc/dlimage/stacks, and what has to be there before they are deployed.

    `version` is a SHA-256 over all its files. `directories` are folders on the shared storage, `networks` are those that
    stacks share (`name`, and optionally `subnet`, `mtu`, `options`).
    """

    name: str
    files: List[str]
    version: str
    resolve_image: str
    directories: List[str]
    networks: List[Dict[str, Any]]

    @property
    def key(self) -> str:
        """Tells this version of this stack from all others."""
        return f"{self.name} {self.version}"


def wanted_stacks() -> List[Stack]:
    """All of them, in the order of the definition."""
    text = read_text(LIST)
    return [_parse(item) for item in json.loads(text)] if text else []


def _parse(item: Dict[str, Any]) -> Stack:
    return Stack(
        item["name"],
        item.get("files") or [item["file"]],
        item["sha256"],
        item["resolve_image"],
        item.get("directories", []),
        item.get("networks", []),
    )
