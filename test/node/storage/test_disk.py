"""What happens to a disk, by what is on it. The answers of blkid are real ones."""

from __future__ import annotations

import os
import sys
import tempfile
import unittest
from typing import Dict
from unittest import mock

sys.path.insert(0, os.path.dirname(__file__))
from dlimage_node.command import Result  # noqa: E402
from dlimage_node.outcome import Acted, Outcome, Stuck, Waiting  # noqa: E402
from dlimage_node.storage import disk as module  # noqa: E402
from fakes import FakeRun, settings  # noqa: E402

OK = Result(0, "", "")
NOTHING = Result(2, "", "")
UNUSED = Result(0, '{"blockdevices": [{"name":"sda","type":"disk","mountpoint":null}]}', "")


class DiskTest(unittest.TestCase):
    def setUp(self) -> None:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(bytes(5 * 1024 * 1024))
        self.disk = file.name
        self.addCleanup(os.unlink, self.disk)

    def keep(self, answers: Dict[str, Result], mounted: bool = False) -> Outcome:
        self.run_ = FakeRun({"chattr": OK, "udevadm": OK, "sync": OK, "blkid --cache-file": NOTHING, **answers})
        with mock.patch.object(module, "is_mounted", return_value=mounted), mock.patch.object(
            module.DiskKeeper, "_parent", return_value=("/dev/sda", "1")
        ):
            return module.keep_disk(settings(storage_disk=self.disk), self.run_)  # type: ignore[return-value]

    def ours(self, name: str, **answers: Result) -> Dict[str, Result]:
        probed = f"DEVNAME=/dev/sda1\nPART_ENTRY_SCHEME=gpt\nPART_ENTRY_NAME={name}\nPART_ENTRY_NUMBER=1\n"
        return {"blkid --cache-file": Result(0, "/dev/sda1\n", ""), "blkid --probe": Result(0, probed, ""), **answers}

    def changes(self) -> str:
        return " ".join(command.split()[0] for command in self.run_.asked if not command.startswith(("blkid", "lsblk")))

    def test_none_configured(self) -> None:
        self.assertIsNone(module.keep_disk(settings(), FakeRun({})))

    def test_mounted(self) -> None:
        self.assertIsNone(self.keep({}, mounted=True))
        self.assertEqual(self.run_.asked, [])

    def test_slow_disk(self) -> None:
        self.disk, there = "/dev/is-not-there", self.disk
        outcome = self.keep({})
        self.disk = there
        self.assertEqual(outcome, Waiting("waiting for the disk /dev/is-not-there"))

    def test_blank(self) -> None:
        outcome = self.keep({"blkid --probe": NOTHING, "lsblk": UNUSED, "sfdisk": OK})
        self.assertIsInstance(outcome, Acted)
        self.assertEqual(self.changes(), "chattr sfdisk udevadm")

    def test_new_partition_is_formatted_then_named(self) -> None:
        outcome = self.keep(self.ours(module.NEW, **{"mkfs.xfs": OK, "sfdisk --part-label /dev/sda 1 dlimage-brick": OK}))
        self.assertIsInstance(outcome, Acted)
        self.assertEqual(self.changes(), "chattr mkfs.xfs sync sfdisk udevadm")

    def test_ready_partition_is_never_formatted(self) -> None:
        self.assertIsInstance(self.keep(self.ours(module.READY, mount=OK)), Acted)
        self.assertEqual(self.changes(), "chattr mount")
        broken = Result(32, "", "mount: /srv/brick: wrong fs type, bad option, bad superblock on /dev/sda1")
        outcome = self.keep(self.ours(module.READY, mount=broken))
        self.assertIsInstance(outcome, Stuck)
        self.assertIn("xfs_repair /dev/sda1", outcome.text)

    def test_foreign(self) -> None:
        photos = Result(0, "DEVNAME=/dev/sda\nLABEL=photos\nUUID=1\nTYPE=ext4\nUSAGE=filesystem\n", "")
        table = Result(0, "DEVNAME=/dev/sda\nPTUUID=1\nPTTYPE=dos\n", "")
        for found, words in ((photos, "ext4 with the label photos"), (table, "a partition table (dos)")):
            outcome = self.keep({"blkid --probe": found, "lsblk": UNUSED})
            self.assertIsInstance(outcome, Stuck)
            self.assertIn(words, outcome.text)
            self.assertIn("wipefs --all " + self.disk, outcome.text)
            self.assertEqual(self.changes(), "chattr")

    def test_two_signatures_at_once(self) -> None:
        ambivalent = Result(8, "", "")
        self.assertIsInstance(self.keep({"blkid --probe": ambivalent, "lsblk": UNUSED}), Stuck)

    def test_data_without_a_signature(self) -> None:
        with open(self.disk, "r+b") as file:
            file.seek(3 * 1024 * 1024)
            file.write(b"secret")
        self.assertIsInstance(self.keep({"blkid --probe": NOTHING, "lsblk": UNUSED}), Stuck)

    def test_in_use(self) -> None:
        used = Result(0, '{"blockdevices": [{"name":"sda","type":"disk","mountpoint":"/media"}]}', "")
        self.assertIsInstance(self.keep({"blkid --probe": NOTHING, "lsblk": used}), Stuck)

    def test_partition_belongs_to_one_node_of_one_cluster(self) -> None:
        mine = module.partition_id(settings())
        self.assertNotEqual(mine, module.partition_id(settings(node="n-2")))
        self.assertNotEqual(mine, module.partition_id(settings(cluster_id="00000000-2c13-4b2e-bc22-702613af05c4")))
        self.assertEqual(mine, module.partition_id(settings()))


if __name__ == "__main__":
    unittest.main()
