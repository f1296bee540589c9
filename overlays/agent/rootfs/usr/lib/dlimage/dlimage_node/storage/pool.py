"""Membership of GlusterFS's trusted pool. Nobody is probed: who belongs to it is in the roster, and the daemon reads it
from files. So a node is a member from its first start, also one that was flashed again."""

from __future__ import annotations

import os
from typing import List

from ..files import write_durably
from ..roster import Peer

STORE = "/var/lib/glusterd"

IN_CLUSTER = 3
"""GlusterFS's number for 'Peer in Cluster', the state after a completed handshake."""


def missing_members(others: List[Peer], store: str = STORE) -> List[Peer]:
    """Storage nodes of which the daemon knows nothing."""
    return [peer for peer in others if not os.path.exists(member_file(peer, store))]


def write_members(members: List[Peer], store: str = STORE) -> None:
    """The daemon reads the files only when it starts."""
    for peer in members:
        text = f"uuid={peer.gluster_uuid}\nstate={IN_CLUSTER}\nhostname1={peer.name}\n"
        write_durably(member_file(peer, store), text)


def member_file(peer: Peer, store: str) -> str:
    return f"{store}/peers/{peer.gluster_uuid}"
