"""A node's GlusterFS that answers what real ones have answered (GlusterFS 11.1), and what is asked of it."""

from __future__ import annotations

from typing import Callable, Dict, List, Optional

from dlimage_node.command import Result
from dlimage_node.roster import Peer, Revoked, Roster
from dlimage_node.settings import Settings
from dlimage_node.storage.brick import BrickState

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cliOutput>\n'
FRESH = BrickState("", False, False, False, 0)
VOLUME_ID = "bbb54284-550d-426c-88d2-e58bb5b4825f"
SET_OPTIONS = {
    "auth.ssl-allow": "*",
    "server.ssl": "on",
    "client.ssl": "on",
    "network.ping-timeout": "10",
    "cluster.quorum-type": "auto",
}


def peers(count: int, arbiter: bool = False) -> List[Peer]:
    return [Peer(f"n-{i}", i, "manager", f"10.0.0.{i}", True, arbiter and i == count, f"uuid-{i}") for i in range(1, count + 1)]


def settings(**values: str) -> Settings:
    base = {
        "node": "n-1",
        "cluster_id": "51f17bee-2c13-4b2e-bc22-702613af05c4",
        "storage": "glusterfs",
        "stores_data": "yes",
        "storage_volume": "cluster",
        "brick_directory": "/srv/brick/cluster",
        "mount_point": "/mnt/cluster",
        "storage_wait_seconds": "300",
    }
    return Settings({"DLIMAGE_" + key.upper(): value for key, value in {**base, **values}.items()})


def succeeded(body: str = "") -> Result:
    return Result(0, f"{HEAD}<opRet>0</opRet><opErrno>0</opErrno><opErrstr/>{body}</cliOutput>", "")


def refused(why: str) -> Result:
    return Result(1, f"{HEAD}<opRet>-1</opRet><opErrno>30800</opErrno><opErrstr>{why}</opErrstr></cliOutput>", "")


DAEMON_DOWN = Result(1, "Connection failed. Please check if gluster daemon is operational.\n", "")


def peer_status(*connected: int, of: int, me: int = 1) -> Result:
    entries = "".join(
        f"<peer><uuid>uuid-{i}</uuid><hostname>n-{i}</hostname><connected>{int(i in connected)}</connected>"
        "<state>3</state><stateStr>Peer in Cluster</stateStr></peer>"
        for i in range(1, of + 1)
        if i != me
    )
    return succeeded(f"<peerStatus>{entries}</peerStatus>")


def volume_info(bricks: List[int], started: bool = True, options: Optional[Dict[str, str]] = None, arbiter: int = 0) -> Result:
    if not bricks:
        return succeeded("<volInfo><volumes><count>0</count></volumes></volInfo>")
    listed = "".join(
        f'<brick uuid="uuid-{i}">n-{i}:/srv/brick/cluster<name>n-{i}:/srv/brick/cluster</name>'
        f"<hostUuid>uuid-{i}</hostUuid><isArbiter>{int(i == arbiter)}</isArbiter></brick>"
        for i in bricks
    )
    chosen = SET_OPTIONS if options is None else options
    set_options = "".join(f"<option><name>{k}</name><value>{v}</value></option>" for k, v in chosen.items())
    return succeeded(
        f"<volInfo><volumes><volume><name>cluster</name><id>{VOLUME_ID}</id>"
        f"<statusStr>{'Started' if started else 'Created'}</statusStr><bricks>{listed}</bricks>"
        f"<options>{set_options}</options></volume><count>1</count></volumes></volInfo>"
    )


def heal_summary(*pending: str) -> Result:
    bricks = "".join(
        f"<brick hostUuid='-'><name>n-{i}:/srv/brick/cluster</name>"
        f"<numberOfEntriesInHealPending>{count}</numberOfEntriesInHealPending>"
        "<numberOfEntriesInSplitBrain>0</numberOfEntriesInSplitBrain></brick>"
        for i, count in enumerate(pending, 1)
    )
    return succeeded(f"<healInfo><bricks>{bricks}</bricks></healInfo>")


class FakeRun:
    """Answers by the beginning of the command; what nobody prepared is an error of the test."""

    def __init__(self, answers: Dict[str, Result]) -> None:
        self.answers = answers
        self.asked: List[str] = []

    def __call__(self, args: List[str], timeout: float = 30, stdin: Optional[str] = None) -> Result:
        command = " ".join(word for word in args if word not in ("--mode=script", "--xml"))
        self.asked.append(command)
        for beginning in sorted(self.answers, key=len, reverse=True):
            if command.startswith(beginning):
                return self.answers[beginning]
        raise AssertionError(f"nobody expected: {command}")

    def changes(self) -> List[str]:
        """What was asked that is no question."""
        questions = ("gluster peer status", "gluster volume info", "gluster volume heal cluster info")
        return [command for command in self.asked if not command.startswith(questions)]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakeWorld:
    """As much of the world as the storage sees."""

    def __init__(
        self,
        run: Callable[..., Result],
        nodes: List[Peer],
        me: int,
        mounted: bool = True,
        revoked: Optional[List[Revoked]] = None,
        serial: int = 1,
    ) -> None:
        self.settings = settings(node=f"n-{me}")
        self.run = run
        self.me = nodes[me - 1]
        self.mounted = mounted
        self.deep = True
        self.roster = Roster("c", serial, nodes, "text", "signature", revoked or [])

    def is_storage_mounted(self) -> bool:
        return self.mounted
