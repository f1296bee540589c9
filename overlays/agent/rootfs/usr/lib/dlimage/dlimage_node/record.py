"""The status record: what the agent knows, for people and programs that may not ask it."""

from __future__ import annotations

import json
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

from .figures import read_figures
from .files import write_durably
from .outcome import Done, Noted, Outcome, Stuck
from .report import duration
from .status_file import BLANK, FILE
from .views import roster_view
from .world import World

BUSY_SECONDS = 120.0
"""After that a stage that is still at it is told as such. Before the record is too old to be believed."""

BETWEEN_SECONDS = 60.0
"""Between two times that this is told."""


class Record:
    """Collects what the stages say; tells the journal each change once, and since when it is so."""

    def __init__(self, stage_names: List[str]) -> None:
        self._outcomes: Dict[str, Outcome] = {}
        self._since: Dict[str, float] = {}
        self._has_news = False
        self._names = stage_names
        self._at: Tuple[str, float] = ("", 0.0)
        self._written: Optional[Dict[str, Any]] = None
        self._writing = threading.Lock()

    def begin(self, stage: str) -> None:
        """Says which stage is being asked from now on; '' for none."""
        self._at = (stage, time.monotonic())

    def tell_if_busy(self) -> None:
        """For another thread than the stages': while one of them takes long, nobody else writes the record."""
        stage, since = self._at
        took = time.monotonic() - since
        last = self._written
        if not stage or took < BUSY_SECONDS or last is None or time.time() - last["written"] < BETWEEN_SECONDS:
            return
        told = {
            **last,
            "assembled": False,
            "summary": f"{stage}: has been at it for {duration(took)}",
            "written": round(time.time()),
        }
        # Not over what the stages have written since.
        with self._writing:
            if self._at == (stage, since):
                self._written = told
                write_durably(FILE, json.dumps(told) + "\n", 0o644)

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
        """True when any stage has said something else since this was last asked."""
        news, self._has_news = self._has_news, False
        return news

    @property
    def assembled(self) -> bool:
        return len(self._outcomes) == len(self._names) and all(isinstance(outcome, Done) for outcome in self._outcomes.values())

    @property
    def summary(self) -> str:
        """One line: what the node waits for, or that it does not wait."""
        for state in ("stuck", "waiting", "acting"):
            for name in self._names:
                outcome = self._outcomes.get(name)
                if outcome is not None and outcome.state == state:
                    return f"{name}: {outcome.text}"
        return "assembled" if self.assembled else "starting"

    @property
    def notes(self) -> List[str]:
        """Messages for people at other nodes: what waits for a person, and what a person has changed."""
        told = [(name, self._outcomes[name]) for name in self._names if name in self._outcomes]
        return [f"{name}: {outcome.text}" for name, outcome in told if isinstance(outcome, (Stuck, Noted))]

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
            "missing": world.missing_nodes(),
            "others": [{"node": name, "text": note} for name, note in world.heard.notes],
            "figures": read_figures(),
            "page_port": settings.http_port,
            "serial": world.roster.serial,
            "nodes_expected": len(world.roster.nodes),
            "written": round(time.time()),
        }
        with self._writing:
            self._written = record
            write_durably(FILE, json.dumps(record) + "\n", 0o644)
        return record
