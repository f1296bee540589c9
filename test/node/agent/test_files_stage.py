"""What was put in place is looked at again: told and kept, or put right where it keeps others out."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import unittest
from typing import Dict
from unittest import mock

from dlimage_node import kernel_values, placed, restore_command, sshd
from dlimage_node.command import Result
from dlimage_node.outcome import Acted, Done, Noted, Outcome, Stuck
from dlimage_node.stages import files as stage_module
from dlimage_node.stages.files import GUARDS, FilesStage
from fake_world import FakeWorld, frozen_time

KEEPALIVED = "router_id n1\n  # peers begin\n    10.0.0.2\n  # peers end\npriority 150\n"
SSHD = "authenticationmethods publickey\npasswordauthentication no\n"


class FilesTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.daemon, self.keepalived, self.guard, self.hardening, self.settings = (
            os.path.join(self.root, name) for name in ("daemon.json", "keepalived.conf", "20-sshd.conf", "61.conf", "60.conf")
        )
        for module, name, value in (
            (placed, "LIST", self.path("placed.json")),
            (placed, "ORIGINALS", self.path("originals.json")),
            (placed, "PUT_BACK", self.path("put-back")),
            (placed, "KEEPALIVED", self.keepalived),
            (kernel_values, "FOLDER", self.root),
            (kernel_values, "ROOT", self.path("proc/")),
            (sshd, "RUN", self.root),
            (sshd, "MAIN", self.guard),
            (sshd, "FOLDER", self.root),
            (stage_module, "HARDENING", self.hardening),
            (stage_module, "GUARDS", {self.guard: ("try-reload-or-restart", "ssh.service"), self.hardening: ()}),
        ):
            patch = mock.patch.object(module, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        self.place(
            {
                self.daemon: "{}\n",
                self.keepalived: KEEPALIVED,
                self.guard: "AuthenticationMethods publickey\n",
                self.hardening: "# guards\nnet.ipv4.conf.*.accept_redirects = 0\nkernel.kptr_restrict = 1\n",
                self.settings: "vm.swappiness = 10\nnet.not.there = 1\n",
            }
        )
        for key, value in (("vm/swappiness", "10"), ("kernel/kptr_restrict", "1")):
            self.set_value(key, value)
        for name in ("all", "default", "eth0"):
            self.set_value(f"net/ipv4/conf/{name}/accept_redirects", "0")
        self.world = FakeWorld(interface="eth0")
        self.world.results["/usr/sbin/sshd"] = Result(0, SSHD, "")
        self.now = 0.0
        self.stage = FilesStage()

    def path(self, name: str) -> str:
        return os.path.join(self.root, name)

    def place(self, texts: Dict[str, str]) -> None:
        """Files as they come with the image, and the builder's list of them."""
        lines = {}
        for path, text in texts.items():
            self.write(path, text)
            os.chmod(path, 0o644)
            lines[path] = f"0644 {os.getuid()}:{os.getgid()} {hashlib.sha256(text.encode()).hexdigest()}"
        self.write(self.path("placed.json"), json.dumps(lines))

    def write(self, path: str, text: str) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, path: str) -> str:
        with open(path, encoding="utf-8") as file:
            return file.read()

    def set_value(self, key: str, value: str) -> None:
        self.write(self.path(f"proc/{key}"), value + "\n")

    def step(self) -> Outcome:
        self.now += stage_module.LOOK_SECONDS + 1
        with frozen_time(stage_module, monotonic=self.now):
            return self.stage(self.world)

    def test_what_is_as_it_came_is_read_once_and_costs_no_program(self) -> None:
        self.assertEqual(self.step(), Done("as built"))
        self.world.ran.clear()
        with mock.patch.object(placed, "_judge", side_effect=AssertionError("read again")):
            self.assertEqual(self.step(), Done("as built"))
        self.assertEqual(self.world.ran, [])

    def test_a_change_of_a_person_is_told_with_when_and_how_to_take_it_back_and_kept(self) -> None:
        self.step()
        self.write(self.daemon, '{"debug": true}\n')
        os.utime(self.daemon, (0, 0))
        said = self.step()
        self.assertIsInstance(said, Noted)
        self.assertRegex(
            said.text,
            rf"^{self.daemon} was changed \(20\d\d-\d\d-\d\d \d\d:\d\d UTC\); "
            rf"sudo dlimage-node restore {self.daemon} takes it back$",
        )
        self.assertEqual(self.step(), said)
        self.assertEqual(self.read(self.daemon), '{"debug": true}\n')
        os.unlink(self.daemon)
        self.assertIn(f"{self.daemon} was removed (", self.step().text)
        with contextlib.redirect_stdout(io.StringIO()) as told:
            self.assertEqual(restore_command.restore(self.daemon), 0)
        self.assertIn(f"put back {self.daemon}", told.getvalue())
        self.assertEqual((self.read(self.daemon), self.step()), ("{}\n", Done("as built")))

    def test_a_file_that_anybody_may_write_is_told(self) -> None:
        self.step()
        os.chmod(self.daemon, 0o666)
        self.assertIn(f"{self.daemon} got another mode or owner", self.step().text)

    def test_the_whole_of_keepalived_s_file_counts_but_for_what_the_agent_writes(self) -> None:
        self.step()
        self.write(self.keepalived, KEEPALIVED.replace("    10.0.0.2\n", "    10.0.0.2\n    10.0.0.3\n"))
        self.assertEqual(self.step(), Done("as built"))
        self.write(self.keepalived, KEEPALIVED.replace("150", "250"))
        self.assertIn(f"{self.keepalived} was changed", self.step().text)

    def test_what_keeps_others_out_is_put_back_and_the_other_text_kept(self) -> None:
        self.step()
        self.write(self.guard, "PasswordAuthentication yes\n")
        said = self.step()
        self.assertIsInstance(said, Acted)
        self.assertEqual(self.read(self.guard), "AuthenticationMethods publickey\n")
        kept = os.listdir(self.path("put-back"))
        self.assertEqual(self.read(os.path.join(self.path("put-back"), kept[0])), "PasswordAuthentication yes\n")
        self.assertIn(["systemctl", "try-reload-or-restart", "ssh.service"], self.world.ran)
        self.assertEqual(self.step(), Done("as built"))

    def test_values_of_the_kernel_are_set_again_when_they_open_the_node_and_told_when_not(self) -> None:
        self.set_value("net/ipv4/conf/eth0/accept_redirects", "1")
        self.set_value("vm/swappiness", "60")
        self.assertEqual(self.step(), Acted("set again what keeps others out: net.ipv4.conf.eth0.accept_redirects = 0"))
        self.assertEqual(self.read(self.path("proc/net/ipv4/conf/eth0/accept_redirects")).strip(), "0")
        self.assertEqual(self.step(), Noted("vm.swappiness is 60 and not 10 (sudo sysctl --system takes it back)"))
        self.assertEqual(self.read(self.path("proc/vm/swappiness")).strip(), "60")

    def test_an_sshd_that_would_not_start_again_is_told_before_it_does(self) -> None:
        self.step()
        self.world.results["/usr/sbin/sshd"] = Result(
            255, "", "line 3: Bad configuration option: Prot\nterminating, 1 bad configuration options\n"
        )
        self.write(self.path("99-mine.conf"), "Prot 3\n")
        self.assertEqual(
            self.step(), Stuck("sshd would not start again, so mend its files now: line 3: Bad configuration option: Prot")
        )

    def test_an_sshd_that_lets_people_in_without_a_key_is_told(self) -> None:
        self.step()
        self.world.results["/usr/sbin/sshd"] = Result(0, SSHD.replace("no", "yes"), "")
        self.write(self.path("01-mine.conf"), "PasswordAuthentication yes\n")
        self.assertEqual(
            self.step(),
            Noted("sshd lets people in without a key (passwordauthentication yes): see /etc/ssh/sshd_config.d"),
        )

    def test_many_changes_do_not_fill_the_status(self) -> None:
        more = {self.path(f"more/{number}"): "as it came" for number in range(20)}
        self.place(more)
        self.step()
        for path in more:
            self.write(path, "changed")
        said = self.step().text
        self.assertIn("and 16 more; sudo dlimage-node restore", said)
        self.assertLess(len(said), 1000)

    def test_what_was_changed_before_it_was_seen_is_told_and_stays(self) -> None:
        self.write(self.guard, "PasswordAuthentication yes\n")
        said = self.step()
        self.assertIn(f"{self.guard} was changed", said.text)
        with contextlib.redirect_stderr(io.StringIO()) as told:
            self.assertEqual(restore_command.restore(self.guard), 1)
        self.assertIn("no copy", told.getvalue())

    def test_a_full_disk_and_an_image_without_a_list_stop_nothing(self) -> None:
        with mock.patch.object(placed, "write_durably", side_effect=OSError(28, "No space left on device")):
            self.assertEqual(self.step(), Done("as built"))
        os.unlink(self.path("placed.json"))
        self.stage = FilesStage()
        self.assertEqual(self.step(), Done("as built"))

    def test_what_keeps_others_out_are_files_of_our_overlays(self) -> None:
        overlays = os.path.join(os.path.dirname(__file__), "../../../overlays")
        for path in GUARDS:
            found = [
                name
                for name in os.listdir(overlays)
                for end in ("", ".hbs")
                if os.path.exists(f"{overlays}/{name}/rootfs{path}{end}")
            ]
            self.assertEqual(len(found), 1, path)

    def test_a_list_that_is_torn_is_none(self) -> None:
        for text in ("{", "[]", '{"/etc/x": "word"}'):
            self.write(self.path("placed.json"), text)
            self.assertEqual(placed.read_list(), {})


if __name__ == "__main__":
    unittest.main()
