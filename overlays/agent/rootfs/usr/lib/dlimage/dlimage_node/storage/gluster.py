"""GlusterFS's command line. Each call costs a slow board between a tenth of a second and a few seconds."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Callable, Dict, List, NamedTuple, Optional

from ..command import Result

Run = Callable[..., Result]


class GlusterError(Exception):
    """GlusterFS refused, or its daemon does not answer."""

    @property
    def is_daemon_down(self) -> bool:
        return "gluster daemon is operational" in str(self)

    @property
    def is_busy(self) -> bool:
        """Another node is changing something just now, and holds the lock of the pool."""
        return re.search(r"Another transaction|[Ll]ocking failed|lock", str(self)) is not None


class PoolMember(NamedTuple):
    """Another storage node as this one sees it. `accepted` is false when the two do not agree on who belongs to the pool."""

    uuid: str
    connected: bool
    accepted: bool


class Brick(NamedTuple):
    """One copy. `name` is HOST:/PATH, `uuid` that of the node."""

    name: str
    uuid: str
    is_arbiter: bool


class Volume(NamedTuple):
    id: str
    is_started: bool
    bricks: List[Brick]
    options: Dict[str, str]

    def brick_of(self, uuid: str) -> Optional[Brick]:
        return next((brick for brick in self.bricks if brick.uuid == uuid), None)

    @property
    def data_brick_count(self) -> int:
        return sum(1 for brick in self.bricks if not brick.is_arbiter)


class Heal(NamedTuple):
    """`pending` entries wait to be healed; None where a brick cannot be asked. Keyed by the name of the brick."""

    pending: Dict[str, Optional[int]]
    split_brain: int

    @property
    def away(self) -> List[str]:
        """The nodes whose bricks cannot be asked."""
        return [name.split(":")[0] for name, count in self.pending.items() if count is None]

    @property
    def pending_count(self) -> int:
        # Each of the whole bricks lists what the broken one misses.
        return max((count for count in self.pending.values() if count), default=0)


class Gluster:
    """The commands that are used here. All raise GlusterError, unless they say otherwise."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def members(self) -> List[PoolMember]:
        """The other members of the pool."""
        return [
            PoolMember(text(peer, "uuid"), text(peer, "connected") == "1", text(peer, "state") == "3")
            for peer in self._call(["peer", "status"]).iter("peer")
        ]

    def volume(self, name: str) -> Optional[Volume]:
        """The volume, or None while this node knows of none."""
        for volume in self._call(["volume", "info"]).iter("volume"):
            if text(volume, "name") == name:
                return parse_volume(volume)
        return None

    def create(self, volume: str, bricks: List[str], arbiter: bool, force: bool) -> None:
        copies = ["replica", str(len(bricks))] if len(bricks) > 1 else []
        copies += ["arbiter", "1"] if arbiter else []
        self._call(["volume", "create", volume, *copies, *bricks, *forced(force)], 180)

    def set(self, volume: str, options: Dict[str, str]) -> None:
        self._call(["volume", "set", volume, *(word for pair in options.items() for word in pair)], 180)

    def start(self, volume: str, force: bool = False) -> None:
        """With force also what is down of a volume that is started already."""
        self._call(["volume", "start", volume, *forced(force)], 180)

    def add_brick(self, volume: str, brick: str, copies: int, arbiter: bool, force: bool) -> None:
        """`copies` counts the new brick."""
        count = ["replica", str(copies), *(["arbiter", "1"] if arbiter else [])]
        self._call(["volume", "add-brick", volume, *count, brick, *forced(force)], 180)

    def detach(self, host: str) -> None:
        """Takes a node out of the pool, also one that does not answer. Refused for one that has a brick of a volume."""
        self._call(["peer", "detach", host, "force"], 180)

    def begin_reset(self, volume: str, brick: str) -> None:
        self._call(["volume", "reset-brick", volume, brick, "start"], 180)

    def end_reset(self, volume: str, brick: str) -> None:
        self._call(["volume", "reset-brick", volume, brick, brick, "commit", "force"], 180)

    def heal(self, volume: str) -> Heal:
        bricks = list(self._call(["volume", "heal", volume, "info", "summary"], 120).iter("brick"))
        return Heal(
            {text(brick, "name"): number(brick, "numberOfEntriesInHealPending") for brick in bricks},
            sum(number(brick, "numberOfEntriesInSplitBrain") or 0 for brick in bricks),
        )

    def begin_heal(self, volume: str) -> None:
        """Wakes the self-heal daemons, which else look for work every ten minutes and when a brick comes. Never raises: they
        refuse while one of them is busy or just starting, and what counts is what is left to heal."""
        self._run(["gluster", "--mode=script", "volume", "heal", volume], timeout=120)

    def restart(self) -> None:
        """Restarts the daemon, unless a person has stopped it; bricks and mounts go on."""
        self._run(["systemctl", "try-restart", "glusterd.service"], timeout=180)

    def _call(self, words: List[str], timeout: float = 60) -> ElementTree.Element:
        result = self._run(["gluster", "--mode=script", "--xml", *words], timeout=timeout)
        try:
            answer = ElementTree.fromstring(result.out)
        except ElementTree.ParseError:
            raise GlusterError(result.complaint) from None
        if text(answer, "opRet") != "0":
            raise GlusterError(text(answer, "opErrstr") or result.complaint)
        return answer


def parse_volume(volume: ElementTree.Element) -> Volume:
    """Source: `gluster volume info --xml` of GlusterFS 10 and 11."""
    bricks = [
        Brick(text(brick, "name"), text(brick, "hostUuid"), text(brick, "isArbiter") == "1") for brick in volume.iter("brick")
    ]
    options = {text(option, "name"): text(option, "value") for option in volume.iter("option")}
    return Volume(text(volume, "id"), text(volume, "statusStr") == "Started", bricks, options)


def text(parent: ElementTree.Element, tag: str) -> str:
    return (parent.findtext(tag) or "").strip()


def number(parent: ElementTree.Element, tag: str) -> Optional[int]:
    """A count; None for '-', which stands for a brick that does not answer."""
    value = text(parent, tag)
    return int(value) if value.isdigit() else None


def forced(force: bool) -> List[str]:
    return ["force"] if force else []
