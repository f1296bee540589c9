"""The volume: created once by one of the nodes, completed and started by any, grown by each newcomer itself.

Which bricks it is created with. GlusterFS creates a volume only on nodes that are connected, so either all storage nodes have
to be there or the volume begins with less copies. It begins with the copies of a *majority*, and only after a patience:

- two majorities share a node, and GlusterFS changes volumes under a lock of the connected pool: there can be no two creations
  that do not see each other, whatever the network does. A minority never creates anything;
- a node that is an hour late does not keep the others from their storage; it adds its own brick when it comes, which costs it
  a few seconds more;
- with two of three copies GlusterFS's own quorum (`cluster.quorum-type auto`) lets the first brick decide, so there is no split
  brain in the meantime, but less to survive. And should two of three cards be flashed again while the third is just slow to
  start, then it is the third that knows the volume. Both are reasons to wait a while for all.
"""

from __future__ import annotations

from typing import Dict, List, Optional

from ..outcome import Acted, Outcome, Stuck, Waiting
from ..roster import Peer, Roster
from ..settings import Settings
from .brick import BrickState, forget_volume, mark_finished, mark_unfinished
from .gluster import Gluster, GlusterError, Volume
from .turn import Patience, Pool

ALLOWED = "auth.ssl-allow"

OPTIONS: Dict[str, str] = {
    # Not "none", under which two copies that never saw each other both take writes.
    "cluster.quorum-type": "auto",
    # How long all wait for a node without power. The default is 42 seconds.
    "network.ping-timeout": "10",
    "client.ssl": "on",
    "server.ssl": "on",
    # Any certificate of the cluster's own authority: growing needs no change here.
    ALLOWED: "*",
}

LONGEST_PATIENCE_SECONDS = 120

STALE_SECONDS = 60
"""After this time a creation that left its mark on a brick, and no volume, has come to nothing."""


def options_for(roster: Roster) -> Dict[str, str]:
    """Once keys were revoked, the names in the certificates of the nodes that there are."""
    if not roster.revoked:
        return OPTIONS
    return {**OPTIONS, ALLOWED: ",".join(sorted(node.tls_name or node.name for node in roster.nodes))}


def brick_name(peer: Peer, settings: Settings) -> str:
    return f"{peer.name}:{settings.brick_directory}"


def on_system_disk(settings: Settings) -> bool:
    """True when the bricks are folders beside the system. GlusterFS wants `force` for that, and only then may have it: with
    it, it would also take a disk that holds another volume's data."""
    return not settings.storage_disk


def found_volume(gluster: Gluster, settings: Settings, pool: Pool, brick: BrickState, patience: Patience) -> Outcome:
    """Creates the volume, if it is this node's turn and enough others are there."""
    founders = founders_of(pool, settings, patience)
    if founders is None:
        return Waiting(f"waiting for {names(pool.absent)}: {len(pool.present)} of {len(pool.all)} storage nodes are here")
    if not pool.is_my_turn(patience, "create"):
        return Waiting("another node creates the volume")
    arbiter = any(peer.arbiter for peer in founders)
    bricks = [brick_name(peer, settings) for peer in sorted(founders, key=lambda peer: peer.arbiter)]
    try:
        gluster.create(settings.storage_volume, bricks, arbiter, force=on_system_disk(settings))
    except GlusterError as error:
        if "already part of a volume" in str(error):
            return clear_brick(settings, brick, error)
        raise
    return Acted(f"created the volume on {names(founders)}")


def founders_of(pool: Pool, settings: Settings, patience: Patience) -> Optional[List[Peer]]:
    """The nodes whose bricks the volume begins with, or None while it is better to wait."""
    if not pool.absent:
        return pool.present
    data_nodes = [peer for peer in pool.all if not peer.arbiter]
    # An arbiter cannot stand in for a copy that is missing.
    has_all_data = all(peer in pool.present for peer in data_nodes) or len(data_nodes) == len(pool.all)
    if not pool.has_majority or not has_all_data:
        patience.forget("majority")
        return None
    longest = min(LONGEST_PATIENCE_SECONDS, settings.seconds("storage_wait_seconds", 300) / 2)
    return pool.present if patience.waited("majority") >= longest else None


def clear_brick(settings: Settings, brick: BrickState, error: GlusterError) -> Outcome:
    """A creation that was cut short leaves its mark on bricks, and GlusterFS then refuses them. Each node clears its own."""
    path = settings.brick_directory
    if brick.volume_id and brick.holds_files:
        return Stuck(
            f"{path} holds the data of an earlier volume ({brick.volume_id}), of which no storage node knows. "
            f"Save the data and empty the folder (rm -r {path}), or bring back a node that knows the volume"
        )
    if brick.volume_id and brick.changed_seconds_ago > STALE_SECONDS:
        forget_volume(path)
        return Acted("cleared the brick after a creation that was cut short")
    return Waiting(f"GlusterFS: {error}")


def complete_volume(
    gluster: Gluster, settings: Settings, volume: Volume, pool: Pool, patience: Patience, options: Dict[str, str]
) -> Optional[Outcome]:
    """Sets what is missing of the options, then starts it. None when there is nothing to do."""
    missing = {name: value for name, value in options.items() if volume.options.get(name) != value}
    patience.forget("start" if missing else "set")
    if not missing and volume.is_started:
        patience.forget("start")
        return None
    if not pool.has_majority:
        return Waiting(f"waiting for {names(pool.absent)}, to complete the volume")
    if not pool.is_my_turn(patience, "set" if missing else "start"):
        return Waiting("another node completes the volume")
    if missing:
        gluster.set(settings.storage_volume, missing)
        return Acted("set the options of the volume")
    # With force: the brick of a node that was flashed in the meantime must not keep the others from starting.
    gluster.start(settings.storage_volume, force=True)
    return Acted("started the volume")


def join_volume(gluster: Gluster, settings: Settings, volume: Volume, pool: Pool, me: Peer, brick: BrickState) -> Outcome:
    """Adds this node's own brick. Nobody else may: only here can be seen whether the folder holds anything."""
    path = settings.brick_directory
    if brick.holds_files:
        return Stuck(
            f"{path} holds files, but this node has no copy of the volume yet, and they would be lost. "
            f"Save them and empty the folder: rm -r {path}"
        )
    if not pool.has_majority:
        return Waiting(f"waiting for {names(pool.absent)}, to add this node's copy")
    if me.arbiter and volume.data_brick_count != 2:
        return Waiting(f"an arbiter needs two copies, and there are {volume.data_brick_count}")
    if brick.volume_id:
        forget_volume(path)
    copies = len(volume.bricks) + 1
    name = settings.storage_volume
    mark_unfinished(path)
    gluster.add_brick(name, brick_name(me, settings), copies, me.arbiter, on_system_disk(settings))
    mark_finished(path)
    return Acted(f"added this node's copy, the volume's {ordinal(copies)}")


def names(peers: List[Peer]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    words = [peer.name for peer in peers]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def ordinal(count: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(count, f"{count}th")
