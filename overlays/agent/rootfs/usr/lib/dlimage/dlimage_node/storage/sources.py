"""From where the shared storage is mounted, and how."""

from __future__ import annotations

from typing import List, NamedTuple

from ..files import read_text
from ..roster import Peer
from ..settings import Settings

GLUSTER_OPTIONS = [
    # With direct I/O a shared mmap fails, which databases like BoltDB (Portainer's) need.
    "direct-io-mode=disable",
    "log-level=WARNING",
]


class Source(NamedTuple):
    """One thing to mount. `through_process` means that a process serves the mount, without which it is dead."""

    name: str
    arguments: List[str]
    through_process: bool


def source_of(settings: Settings, storage_nodes: List[Peer]) -> Source:
    """Source of the mount at settings.mount_point."""
    if settings.storage == "nfs":
        name = f"{settings.nfs_server}:{settings.nfs_path}"
        return Source(name, ["-t", "nfs", "-o", settings.nfs_options or "defaults", name], through_process=False)
    servers = servers_from(settings.node, int(settings.index or 1), [peer.name for peer in storage_nodes])
    options = list(GLUSTER_OPTIONS)
    if servers[1:]:
        options.append("backup-volfile-servers=" + ":".join(servers[1:]))
    name = f"{servers[0]}:/{settings.storage_volume}"
    return Source(name, ["-t", "glusterfs", "-o", ",".join(options), name], through_process=True)


def servers_from(node: str, index: int, names: List[str]) -> List[str]:
    """Nodes to ask for the volume, in this order: the node itself if it can answer, else each starts with another."""
    start = names.index(node) if node in names else index % len(names)
    return names[start:] + names[:start]


def is_worth_trying(settings: Settings, stores_data: bool, store: str = "/var/lib/glusterd") -> bool:
    """False while this node's own GlusterFS knows that there is nothing to mount; each try costs a slow board a second."""
    if settings.storage != "glusterfs" or not stores_data:
        return True
    return "status=1" in read_text(f"{store}/vols/{settings.storage_volume}/info").splitlines()
