"""Asking other nodes. Over ssh, whose keys do not mind a wrong clock; the other side lets a node ask only what
/usr/lib/dlimage/peer-command knows, and under its own name."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Iterable, Optional

from .command import run
from .roster import Peer

Answer = Dict[str, Any]

CONFIG = "/etc/dlimage/ssh/config"


def ask(peer: Peer, request: str, stdin: Optional[str] = None, timeout: float = 15) -> Optional[Answer]:
    """The answer of one node, or None when there is none."""
    # By address: a name may not resolve to this cluster's node, and the certificate is good for both.
    target = peer.address or peer.name
    result = run(["ssh", "-F", CONFIG, target, request], timeout=timeout, stdin=stdin)
    if not result.ok:
        return None
    try:
        answer = json.loads(result.out)
    except ValueError:
        return None
    if not isinstance(answer, dict) or "error" in answer:
        return None
    # When it came, on this node's own unstoppable clock: for comparing the clocks.
    answer["received"] = time.monotonic()
    return answer


def ask_all(peers: Iterable[Peer], request: str, timeout: float = 15) -> Dict[str, Answer]:
    """The answers by the nodes' names, of all that answered; asked at the same time."""
    peers = list(peers)
    if not peers:
        return {}
    with ThreadPoolExecutor(max_workers=min(8, len(peers))) as pool:
        answers = list(pool.map(lambda peer: ask(peer, request, timeout=timeout), peers))
    return {peer.name: answer for peer, answer in zip(peers, answers) if answer is not None}
