"""The status record: what the agent knows, for people and programs that may not ask it."""

from __future__ import annotations

import json
import time
from typing import Any, Dict, List, Optional

from .figures import read_figures
from .files import write_durably
from .outcome import Done, Outcome
from .status_file import BLANK, FILE
from .views import roster_view
from .world import World


class Record:
    """Collects what the stages say; tells the journal each change once, and since when it is so."""

    def __init__(self, stage_names: List[str]) -> None:
        self._outcomes: Dict[str, Outcome] = {}
        self._since: Dict[str, float] = {}
        self._has_news = False
        self._names = stage_names

    def note(self, stage: str, outcome: Outcome) -> None:
        """Takes what a stage said. Prints it when it is news; standard output is the journal."""
        before = self._outcomes.get(stage)
        if before == outcome:
            return
        # "waiting for 2 nodes", then "for 1 node": still waiting since the first of both.
        if before is None or before.state != outcome.state:
            self._since[stage] = time.time()
        self._outcomes[stage] = outcome
        self._has_news = True
        if before is None or before.text != outcome.text:
            print(f"{stage}: {outcome.text}", flush=True)

    def take_news(self) -> bool:
        """Whether any stage has said something else since this was last asked."""
        news, self._has_news = self._has_news, False
        return news

    @property
    def assembled(self) -> bool:
        return len(self._outcomes) == len(self._names) and all(
            isinstance(outcome, Done) for outcome in self._outcomes.values()
        )

    @property
    def summary(self) -> str:
        """One line: what the node waits for, or that it does not wait."""
        for state in ("stuck", "waiting", "acting"):
            for name in self._names:
                outcome = self._outcomes.get(name)
                if outcome is not None and outcome.state == state:
                    return f"{name}: {outcome.text}"
        return "assembled" if self.assembled else "starting"

    def write(self, world: World, swarm: Optional[Dict[str, Any]], vip: Optional[Dict[str, Any]]) -> Dict[str, Any]:
        """Replaces /run/dlimage/status.json, which everyone may read: nothing in it is secret. Returns its content."""
        settings = world.settings
        record = {
            **BLANK,
            "node": settings.node,
            "cluster": settings.cluster,
            "role": world.me.role,
            "address": settings.address,
            "assembled": self.assembled,
            "summary": self.summary,
            "stages": [
                {
                    "stage": name,
                    "state": self._outcomes[name].state,
                    "text": self._outcomes[name].text,
                    "since": round(self._since[name]),
                }
                for name in self._names
                if name in self._outcomes
            ],
            "vip": vip,
            "swarm": swarm,
            "storage": {"type": settings.storage, "mounted": world.is_storage_mounted()},
            "roster": roster_view(world),
            "figures": read_figures(),
            "page_port": settings.http_port,
            "serial": world.roster.serial,
            "nodes_expected": len(world.roster.nodes),
            "written": round(time.time()),
        }
        write_durably(FILE, json.dumps(record) + "\n", 0o644)
        return record
