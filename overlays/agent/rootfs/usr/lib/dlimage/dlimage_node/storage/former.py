"""Nodes that were dismissed, in GlusterFS's pool. One without a copy is taken out of it. One with a copy is a person's to decide:
whether the others have all of the data is not to be guessed while that copy is away."""

from __future__ import annotations

from typing import List, Optional

from ..outcome import Acted, Done, Outcome, Stuck
from ..roster import Revoked
from ..settings import Settings
from .gluster import Gluster, PoolMember, Volume
from .turn import Patience, Pool


def detach_former(
    gluster: Gluster, volume: Volume, pool: Pool, members: List[PoolMember], former: List[Revoked], patience: Patience
) -> Optional[Outcome]:
    """Takes the first one out that has no copy. None when there is none, or while it is another node's turn."""
    listed = {member.uuid for member in members}
    leaving = [node for node in former if node.gluster_uuid in listed and volume.brick_of(node.gluster_uuid) is None]
    if not leaving:
        patience.forget("detach")
        return None
    if not pool.has_majority or not pool.is_my_turn(patience, "detach"):
        return None
    gluster.detach(leaving[0].name)
    return Acted(f"took {leaving[0].name} out of GlusterFS's pool: its keys are revoked")


def with_former(outcome: Outcome, settings: Settings, volume: Volume, former: List[Revoked]) -> Outcome:
    """The outcome of a volume that is whole but for copies of dismissed nodes: how to take the first of them away."""
    bricks = [brick for node in former for brick in [volume.brick_of(node.gluster_uuid)] if brick is not None]
    if not bricks or not isinstance(outcome, Done):
        return outcome
    name, left = settings.storage_volume, len(volume.bricks) - 1
    host = bricks[0].name.split(":")[0]
    return Stuck(
        f"{host} is dismissed, but the volume still counts on its copy. When 'gluster volume heal {name} info' lists "
        "the same files on all other nodes, take it away: "
        f"gluster volume remove-brick {name} replica {left} {bricks[0].name} force"
    )
