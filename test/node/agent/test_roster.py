"""Lists of nodes are believed when the cluster's authority has signed them; checked with the real openssl."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
import unittest
from unittest import mock

from dlimage_node import roster
from dlimage_node.stages import roster as roster_stage
from dlimage_node.storage import mounter
from fake_world import FakeWorld


def text_of(serial: int, cluster: str = "c") -> str:
    node = {"name": "n1", "index": 1, "role": "manager", "address": None, "stores_data": True, "arbiter": False}
    return json.dumps({"cluster_id": cluster, "serial": serial, "nodes": [{**node, "gluster_uuid": "u"}]})


class Authority:
    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.certificate = os.path.join(self.folder, "ca.pem")
        self.key = os.path.join(self.folder, "key")
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command += ["-subj", "/CN=test", "-keyout", self.key, "-out", self.certificate]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    def sign(self, text: str) -> str:
        command = ["openssl", "dgst", "-sha256", "-sign", self.key]
        return base64.b64encode(subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, check=True).stdout).decode()


class Belief(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.ours, cls.theirs = Authority(), Authority()

    def supersedes(self, text: str, signature: str) -> bool:
        real = roster.is_signed
        check = lambda text, signature: real(text, signature, self.ours.certificate)  # noqa: E731
        present = roster.parse_roster(text_of(3), "")
        with mock.patch.object(roster, "is_signed", check):
            return roster.supersedes(roster.parse_roster(text, signature), present)

    def test_newer_and_signed(self) -> None:
        self.assertTrue(self.supersedes(text_of(4), self.ours.sign(text_of(4))))

    def test_not_newer(self) -> None:
        self.assertFalse(self.supersedes(text_of(3), self.ours.sign(text_of(3))))

    def test_of_another_cluster(self) -> None:
        self.assertFalse(self.supersedes(text_of(4, "d"), self.ours.sign(text_of(4, "d"))))

    def test_signed_by_another_authority(self) -> None:
        self.assertFalse(self.supersedes(text_of(4), self.theirs.sign(text_of(4))))

    def test_changed_after_it_was_signed(self) -> None:
        self.assertFalse(self.supersedes(text_of(9), self.ours.sign(text_of(4))))

    def test_on_a_disk_without_room(self) -> None:
        with mock.patch.object(tempfile, "mkdtemp", side_effect=OSError(28, "No space left on device")):
            self.assertTrue(self.supersedes(text_of(4), self.ours.sign(text_of(4))))

    def test_no_signature_at_all(self) -> None:
        for signature in ("", "AAAA", "not base64!"):
            self.assertFalse(self.supersedes(text_of(4), signature))


class Reading(unittest.TestCase):
    def read(self, checked: object) -> int:
        texts = {roster.BAKED: text_of(1), roster.ADOPTED: text_of(2)}
        with mock.patch.object(roster, "read_text", lambda path: texts.get(path, "signature")):
            with mock.patch.object(roster, "is_signed", side_effect=checked):
                return roster.read_roster().serial

    def test_takes_the_list_that_came_later(self) -> None:
        self.assertEqual(self.read([True]), 2)

    def test_goes_on_with_what_it_knew_when_the_disk_goes_bad(self) -> None:
        lists = [roster.parse_roster(text_of(2), ""), OSError(5, "Input/output error"), OSError(5, "Input/output error")]
        with mock.patch.object(mounter, "read_roster", side_effect=lists):
            read = mounter.cached_roster(max_age_seconds=-1)
            self.assertEqual([read().serial for _ in range(3)], [2, 2, 2])

    def test_takes_the_image_s_own_when_the_disk_is_too_full_to_check_a_signature(self) -> None:
        self.assertEqual(self.read(OSError(28, "No space left on device")), 1)


class Hosts(unittest.TestCase):
    def test_new_nodes_are_added_and_the_rest_stays(self) -> None:
        path = os.path.join(tempfile.mkdtemp(), "hosts")
        with open(path, "w", encoding="utf-8") as file:
            file.write("127.0.0.1 localhost\n10.0.0.1 n1 # mine\n192.0.2.1 printer")
        with mock.patch.object(roster_stage, "HOSTS", path):
            self.assertTrue(roster_stage._follow_in_hosts(FakeWorld()))
            self.assertFalse(roster_stage._follow_in_hosts(FakeWorld()))
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[1:3], ["10.0.0.1 n1 # mine", "192.0.2.1 printer"])
        self.assertEqual(lines[3:], ["10.0.0.2 n2", "10.0.0.3 n3", "10.0.0.4 n4"])

    def test_a_node_that_moved_is_found_at_its_new_address(self) -> None:
        path = os.path.join(tempfile.mkdtemp(), "hosts")
        with open(path, "w", encoding="utf-8") as file:
            file.write("10.0.0.1 n1\n10.0.0.2 n2\n10.0.0.33 n3\n10.0.0.4 n4\n192.0.2.1 n3.example n3\n")
        with mock.patch.object(roster_stage, "HOSTS", path):
            self.assertTrue(roster_stage._follow_in_hosts(FakeWorld()))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines()[2:], ["10.0.0.3 n3", "10.0.0.4 n4", "192.0.2.1 n3.example n3"])


if __name__ == "__main__":
    unittest.main()
