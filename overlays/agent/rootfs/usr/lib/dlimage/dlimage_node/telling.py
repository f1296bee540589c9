"""What nodes tell each other of themselves, for people: each its own troubles to the managers, and the swarm's leader to the
workers who is missing, as workers cannot see that."""

from __future__ import annotations

import json
import threading
import time
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .peers import Answer
from .report import plain
from .retries import Retries
from .roster import Peer, Roster

REPEAT_SECONDS = 600.0
"""Between two times that the same is told. Whoever was started again has forgotten it."""

BELIEVED_SECONDS = 2 * REPEAT_SECONDS + 60

ANSWER_SECONDS = 20.0

MOST_NOTES = 8
LONGEST_NOTE = 300
"""Of one node, in letters: what a node says must not fill another one's page."""

Message = Dict[str, Any]
NOTHING: Message = {"notes": [], "missing": []}


class _Word(NamedTuple):
    notes: List[str]
    missing: List[str]
    at: float


class Heard:
    """Messages of other nodes. May be used from several threads."""

    def __init__(self) -> None:
        self._words: Dict[str, _Word] = {}

    def take(self, caller: Peer, roster: Roster, said: Message) -> None:
        """Believes a manager who says who is missing; a worker may speak only of itself.

        :raises KeyError, TypeError: when it is no message
        """
        notes = [plain(str(note))[:LONGEST_NOTE] for note in list(said["notes"])[:MOST_NOTES]]
        named = list(said["missing"]) if caller.role == "manager" else []
        missing = [peer.name for peer in roster.nodes if peer.name in named]
        self._words = {**self._words, caller.name: _Word(notes, missing, time.monotonic())}

    @property
    def notes(self) -> List[Tuple[str, str]]:
        """Messages of other nodes about themselves, each with the node's name."""
        return [(name, note) for name, word in sorted(self._fresh().items()) for note in word.notes]

    @property
    def missing(self) -> Optional[List[str]]:
        """Who is missing, in the words of the manager that spoke last. None when nobody has said that anybody is: that all
        are there is not believed for long, and so not told."""
        last = max(self._fresh().values(), key=lambda word: word.at, default=None)
        return last.missing or None if last else None

    def _fresh(self) -> Dict[str, _Word]:
        now = time.monotonic()
        return {name: word for name, word in self._words.items() if now - word.at < BELIEVED_SECONDS}


class Telling:
    """Tells the others what is new, in a thread of its own: one that is off takes ssh long to find out."""

    def __init__(self) -> None:
        self._told: Dict[str, Tuple[Optional[Message], float]] = {}
        self._retries = Retries()
        self._thread: Optional[threading.Thread] = None

    def tell(self, world: Any, notes: List[str]) -> None:
        """Call it after each pass; most of the time it does nothing."""
        if self._thread is not None and self._thread.is_alive():
            return
        due = self._due(world, notes)
        if due:
            self._thread = threading.Thread(target=self._tell_all, args=(world, due), name="telling", daemon=True)
            self._thread.start()

    def _due(self, world: Any, notes: List[str]) -> List[Tuple[Peer, Message]]:
        others = [peer for peer in world.roster.nodes if peer.name != world.me.name]
        missing = (world.missing_nodes() or []) if world.is_leader() else None
        self._retries.keep([peer.name for peer in others])
        messages = {peer.name: _message_for(peer, notes, missing) for peer in others}
        # A leader of later begins anew: the one in between may have said something else.
        self._told = {name: told for name, told in self._told.items() if messages.get(name) is not None}
        return [
            (peer, message)
            for peer in others
            for message in [messages[peer.name]]
            # Who is missing hears nothing.
            if message is not None and peer.name not in (missing or []) and self._is_due(peer, message)
        ]

    def _is_due(self, peer: Peer, message: Message) -> bool:
        told, at = self._told.get(peer.name, (NOTHING if peer.role == "manager" else None, 0.0))
        is_old = message != NOTHING and time.monotonic() - at >= REPEAT_SECONDS
        return (message != told or is_old) and self._retries.is_due(peer.name)

    def _tell_all(self, world: Any, due: List[Tuple[Peer, Message]]) -> None:
        for peer, message in due:
            answer: Optional[Answer] = world.ask(peer, "told", stdin=json.dumps(message), timeout=ANSWER_SECONDS)
            if answer is None:
                self._retries.failed(peer.name, "")
            else:
                self._retries.forget(peer.name)
                self._told[peer.name] = (message, time.monotonic())


def _message_for(peer: Peer, notes: List[str], missing: Optional[List[str]]) -> Optional[Message]:
    """Message for a node; None when that is for the leader to say, and this node is not it."""
    if peer.role == "manager":
        return {"notes": notes[:MOST_NOTES], "missing": []}
    return None if missing is None else {"notes": [], "missing": missing}
