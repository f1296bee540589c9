"""The agent's stages, in this order. A stage looks at the systems, does at most one thing, and says how it is."""

from __future__ import annotations

from typing import Callable, List, Tuple

from ..outcome import Outcome
from ..world import World
from . import clock, roster, storage
from .files import FilesStage
from .firewall import FirewallStage
from .images import ImagesStage
from .labels import LabelsStage
from .services import ServicesStage
from .stacks import StacksStage
from .swarm import SwarmStage
from .vip import VipStage

Stage = Callable[[World], Outcome]

STAGES: List[Tuple[str, Stage]] = [
    ("clock", clock.step),
    ("roster", roster.step),
    ("firewall", FirewallStage()),
    ("files", FilesStage()),
    ("services", ServicesStage()),
    ("storage", storage.step),
    ("swarm", SwarmStage()),
    ("labels", LabelsStage()),
    ("images", ImagesStage()),
    ("vip", VipStage()),
    ("stacks", StacksStage()),
]
