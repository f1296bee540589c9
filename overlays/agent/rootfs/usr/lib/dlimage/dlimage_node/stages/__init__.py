"""What the agent takes care of, in this order. A stage looks at the systems, does at most one thing, and says how it is."""

from __future__ import annotations

from typing import Callable, List, Tuple

from ..outcome import Outcome
from ..world import World
from . import clock, images, labels, roster, stacks, storage, swarm, vip

Stage = Callable[[World], Outcome]

STAGES: List[Tuple[str, Stage]] = [
    ("clock", clock.step),
    ("roster", roster.step),
    ("storage", storage.step),
    ("swarm", swarm.step),
    ("labels", labels.step),
    ("images", images.step),
    ("vip", vip.step),
    ("stacks", stacks.step),
]
