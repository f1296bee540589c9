"""The disk for this node's copy (DLIMAGE_STORAGE_DISK): found, or partitioned and formatted when it is blank, and mounted.

What is on the disk says how far it is; power may be cut anywhere:

- its partition has an id made of the cluster's and the node's: no other disk can be taken for it, and it is found again when
  the kernel names it differently;
- the partition is called `dlimage-new` until the filesystem in it is complete, then `dlimage-brick`. Only a new one is ever
  formatted (again); nothing can have been written into it, because only the other is mounted;
- a partition table is made only on a disk that carries nothing: no signature that blkid knows, and zeros where one would be.
"""

from __future__ import annotations

import json
import os
import uuid
from typing import Any, Callable, Dict, Optional

from ..command import Result
from ..outcome import Acted, Outcome, Stuck, Waiting
from ..settings import Settings
from .mounts import is_mounted

Run = Callable[..., Result]

NEW = "dlimage-new"
READY = "dlimage-brick"
BLANK_BYTES = 4 * 1024 * 1024


def keep_disk(settings: Settings, run: Run) -> Optional[Outcome]:
    """Brings the disk to where the brick is, one thing at a time. None when it is there, or none is configured."""
    if not settings.storage_disk:
        return None
    target = os.path.dirname(settings.brick_directory)
    if is_mounted(target):
        return None
    # Never a copy on the system's own disk by mistake.
    run(["chattr", "+i", target])
    return DiskKeeper(settings, run, target).step()


class DiskKeeper:
    """One look at the disk and at most one thing done to it."""

    def __init__(self, settings: Settings, run: Run, target: str) -> None:
        self.disk = settings.storage_disk
        self.target = target
        self.id = partition_id(settings)
        self._run = run

    def step(self) -> Outcome:
        partition = self._find()
        if partition:
            return self._use(partition)
        if not os.path.exists(self.disk):
            return Waiting(f"waiting for the disk {self.disk}")
        obstacle = self._obstacle()
        if obstacle:
            return Stuck(obstacle)
        return self._partition()

    def _find(self) -> str:
        """The device of this node's partition, wherever it is now; '' when there is none."""
        search = ["blkid", "--cache-file", "/dev/null", "--match-token", f"PARTUUID={self.id}", "--output", "device"]
        return self._run(search, timeout=60).out.strip().split("\n")[0]

    def _use(self, partition: str) -> Outcome:
        name = self._probe(partition).get("PART_ENTRY_NAME", "")
        if name == NEW:
            return self._format(partition)
        if name != READY:
            return Stuck(f"{partition} is this node's, but its name is '{name}'. If it has this node's copy, name it {READY}")
        mounting = self._run(["mount", "-t", "xfs", "-o", "noatime", partition, self.target], timeout=300)
        if mounting.ok:
            return Acted(f"mounted {partition} for this node's copy")
        return Stuck(
            f"{partition} has this node's copy and cannot be mounted ({mounting.complaint}). Try xfs_repair {partition}; "
            f"or give the disk up, and the copy is made anew: {free_command(self.disk)}"
        )

    def _format(self, partition: str) -> Outcome:
        formatting = self._run(["mkfs.xfs", "-q", "-f", "-K", "-i", "size=512", "-L", "dlimage", partition], timeout=1800)
        if not formatting.ok:
            return Stuck(f"{partition} cannot be formatted: {formatting.complaint}")
        self._run(["sync"], timeout=300)
        disk, number = self._parent(partition)
        naming = self._run(["sfdisk", "--part-label", disk, number, READY], timeout=60)
        self._settle()
        return Acted(f"formatted {partition}") if naming.ok else Waiting(f"{disk}: {naming.complaint}")

    def _partition(self) -> Outcome:
        table = f"label: gpt\nstart=1MiB, type=linux, uuid={self.id}, name={NEW}\n"
        writing = self._run(["sfdisk", "--wipe", "never", self.disk], timeout=60, stdin=table)
        self._settle()
        if not writing.ok:
            return Stuck(f"{self.disk} cannot be partitioned: {writing.complaint}")
        return Acted(f"partitioned {self.disk}, which was blank")

    def _obstacle(self) -> str:
        """Why the disk must not be touched; '' when it is wholly blank."""
        found = describe(self._probe(self.disk)) or self._content()
        if not found:
            return ""
        return (
            f"{self.disk} is not blank: it carries {found}. Nothing was changed. To give it to the cluster and lose what is "
            f"on it: {free_command(self.disk)}"
        )

    def _content(self) -> str:
        """Data that blkid has no name for, in words: partitions in use, or data without a signature, like an encrypted disk's."""
        listed = self._run(["lsblk", "--json", "--output", "NAME,TYPE,MOUNTPOINT", self.disk])
        devices = json.loads(listed.out)["blockdevices"] if listed.ok else []
        if not devices:
            return f"something that cannot be listed ({listed.complaint})"
        if devices[0].get("children") or devices[0].get("mountpoint"):
            return "something that is in use"
        with open(self.disk, "rb") as device:
            return "data without a name" if device.read(BLANK_BYTES).strip(b"\0") else ""

    def _probe(self, device: str) -> Dict[str, str]:
        """blkid's findings on a device, without its cache; empty when there are none."""
        # The name of a partition changes without the kernel: --info would not tell.
        result = self._run(["blkid", "--probe", "--output", "export", device], timeout=60)
        if result.code not in (0, 2):
            return {"TYPE": f"something that blkid cannot tell ({result.complaint})"}
        return dict(line.partition("=")[::2] for line in result.out.splitlines() if "=" in line)

    def _parent(self, partition: str) -> Any:
        """The disk of a partition and the partition's number on it."""
        entry = os.path.realpath(f"/sys/class/block/{os.path.basename(partition)}")
        with open(f"{entry}/partition", encoding="ascii") as number:
            return f"/dev/{os.path.basename(os.path.dirname(entry))}", number.read().strip()

    def _settle(self) -> None:
        """Waits until udev has made the links."""
        self._run(["udevadm", "settle", "--timeout=20"], timeout=30)


def partition_id(settings: Settings) -> str:
    """The id of the partition, the same after every flash of the card."""
    return str(uuid.uuid5(uuid.UUID(settings.cluster_id), f"brick of {settings.node}"))


def describe(probed: Dict[str, str]) -> str:
    """Contents of a disk, in words."""
    if probed.get("PTTYPE"):
        return f"a partition table ({probed['PTTYPE']})"
    if probed.get("TYPE"):
        label = probed.get("LABEL")
        return f"{probed['TYPE']}" + (f" with the label {label}" if label else "")
    return " ".join(sorted(probed))


def free_command(disk: str) -> str:
    """Command that makes a disk blank."""
    return f"wipefs --all {disk} && dd if=/dev/zero of={disk} bs=1M count=4 conv=fsync"
