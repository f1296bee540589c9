"""Asking other nodes. Over ssh, whose keys do not mind a wrong clock; the other side lets a node ask only what
/usr/lib/dlimage/peer-command knows, and under its own name."""

from __future__ import annotations

import json
import threading
import time
from typing import Any, Callable, Dict, Iterable, List, Optional

from .command import run
from .line import REQUEST, Line
from .roster import Peer

Answer = Dict[str, Any]

CONFIG = "/etc/dlimage/ssh/config"

PATIENCE_SECONDS = 3.0
"""Seconds that a pass waits for answers. A node that is off would take ssh longer."""

ANSWER_SECONDS = 60.0
"""How long an answer may take. On a board that is still starting, ssh alone takes many seconds, and trying again makes it
worse."""

FRESH_SECONDS = 20.0
"""Age in seconds up to which an answer is believed, if it came at once."""

REPEAT_SECONDS = 4.0
"""Age in seconds from which the question is asked again, if the answer came at once."""

SLOWEST_SECONDS = 8.0
"""Where answers take long, questions are what keeps both sides from their work: the next one is put off by twice that time, and
the last answer is believed so much longer. This is the most that counts."""


def ask(peer: Peer, request: str, stdin: Optional[str] = None, timeout: float = ANSWER_SECONDS) -> Optional[Answer]:
    """The answer of one node, or None when there is none."""
    result = run(command_for(peer, request), timeout=timeout, stdin=stdin)
    return parse_answer(result.out) if result.ok else None


def command_for(peer: Peer, request: str) -> List[str]:
    # By address: a name may not resolve to this cluster's node, and the certificate is good for both.
    return ["ssh", "-F", CONFIG, peer.address or peer.name, request]


def parse_answer(text: str) -> Optional[Answer]:
    """A node's answer, with the time it came; None for a refusal."""
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    if not isinstance(answer, dict) or "error" in answer:
        return None
    # When it came, on this node's own unstoppable clock: for comparing the clocks.
    answer["received"] = time.monotonic()
    return answer


_STATE = {
    "serial": int,
    "clock": float,
    "clock_synchronized": bool,
    "swarm": str,
    "holds_swarm": bool,
    "epoch": str,
    "services": int,
    "promised": int,
    "promised_to": int,
    "promise_age_seconds": float,
}
"""The part of a node's state that stages read."""


def parse_state(text: str) -> Optional[Answer]:
    """A node's state in its own words; None for one of a version that says something else."""
    answer = parse_answer(text)
    if answer is None:
        return None
    fits = all(isinstance(answer.get(key), (int, float) if kind is float else kind) for key, kind in _STATE.items())
    return answer if fits else None


def is_younger(answer: Optional[Answer], seconds: float) -> bool:
    return answer is not None and time.monotonic() - answer["received"] < seconds


class Watch:
    """What several nodes say of themselves, without waiting for those that are off: each is asked in a thread of its
    own, and an answer that comes late is there the next time."""

    def __init__(self, ask: Optional[Callable[[Peer], Optional[Answer]]] = None) -> None:
        self._ask = ask or self._ask_by_line
        self._lines: Dict[str, Line] = {}
        self._answers: Dict[str, Answer] = {}
        self._asking: Dict[str, threading.Thread] = {}
        self._took: Dict[str, float] = {}

    def states(self, peers: Iterable[Peer], patience: float = PATIENCE_SECONDS) -> Dict[str, Answer]:
        """Asks all, and returns by the nodes' names what is fresh enough."""
        peers = list(peers)
        for peer in peers:
            known = self._answers.get(peer.name)
            if self._is_asking(peer.name) or is_younger(known, max(REPEAT_SECONDS, 2 * self._slowness(peer))):
                continue
            self._asking[peer.name] = threading.Thread(target=self._look, args=(peer,), daemon=True)
            self._asking[peer.name].start()
        limit = time.monotonic() + patience
        for peer in peers:
            self._asking[peer.name].join(max(0.0, limit - time.monotonic()))
        return {
            peer.name: answer
            for peer in peers
            for answer in [self._answers.get(peer.name)]
            if answer is not None and is_younger(answer, FRESH_SECONDS + 3 * self._slowness(peer))
        }

    def hang_up(self) -> None:
        """Closes the lines over which nobody is being asked just now."""
        for name, line in list(self._lines.items()):
            if not self._is_asking(name):
                line.close()

    def _is_asking(self, name: str) -> bool:
        return name in self._asking and self._asking[name].is_alive()

    def _ask_by_line(self, peer: Peer) -> Optional[Answer]:
        command = command_for(peer, REQUEST)
        line = self._lines.get(peer.name)
        if line is None or line.command != command:
            line = self._lines[peer.name] = Line(command)
        answer = line.ask(ANSWER_SECONDS)
        return parse_state(answer) if answer else None

    def _slowness(self, peer: Peer) -> float:
        return min(self._took.get(peer.name, 0.0), SLOWEST_SECONDS)

    def _look(self, peer: Peer) -> None:
        began = time.monotonic()
        answer = self._ask(peer)
        self._took[peer.name] = time.monotonic() - began
        if answer is None:
            self._answers.pop(peer.name, None)
        else:
            self._answers[peer.name] = answer
