"""The socket behind peer-command."""

from __future__ import annotations

import io
import json
import os
import socket
import tempfile
import threading
import time
import unittest
from unittest import mock

from dlimage_node import peer_server
from fake_world import FakeWorld, revoking


class Server(unittest.TestCase):
    def setUp(self) -> None:
        self.path = os.path.join(tempfile.mkdtemp(), "peer.sock")
        self.wake = threading.Event()
        self.world = FakeWorld()
        self.world.fake_docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": "inactive"}}
        with mock.patch.object(peer_server, "SOCKET", self.path):
            peer_server.start(self.world, self.wake)

    def ask(self, text: str) -> dict:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.connect(self.path)
            channel.sendall(text.encode())
            channel.shutdown(socket.SHUT_WR)
            with channel.makefile() as answer:
                return json.loads(answer.readline())

    def test_two_lines_make_a_question(self) -> None:
        self.assertEqual(self.ask("n2\nstate\n")["swarm"], "none")

    def test_a_refusal_is_an_answer(self) -> None:
        self.assertIn("may not ask", self.ask("n2\nreboot\n")["error"])
        self.assertIn("error", self.ask(""))

    def test_what_fails_is_told_and_the_next_is_answered(self) -> None:
        with mock.patch("sys.stdout", io.StringIO()) as journal:
            self.assertIn("error", self.ask("n2\nroster\nno json" + "x" * 9000))
        self.assertRegex(journal.getvalue(), r"^n2 asked roster: JSONDecodeError: .{1,100} \(decoder\.py:\d+\)\n$")
        self.assertEqual(self.ask("n2\nstate\n")["node"], "n1")

    def test_who_watches_is_told_at_every_line_how_the_node_is(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.connect(self.path)
            channel.sendall(b"n2\nwatch\n")
            with channel.makefile("rw") as line:
                for state, word in [("inactive", "none"), ("error", "busy")]:
                    self.world.fake_docker.answers["GET /info"] = {"Swarm": {"LocalNodeState": state}}
                    line.write("\n")
                    line.flush()
                    self.assertEqual(json.loads(line.readline())["swarm"], word)

    def test_who_watches_in_silence_is_hung_up_on(self) -> None:
        with mock.patch.object(peer_server, "SILENCE_SECONDS", 0.1), socket.socket(socket.AF_UNIX) as channel:
            channel.connect(self.path)
            channel.sendall(b"n2\nwatch\n")
            self.assertEqual(channel.recv(1), b"")

    def test_one_node_does_not_take_the_places_of_the_others(self) -> None:
        lines = []
        for _ in range(200):
            channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.addCleanup(channel.close)
            channel.connect(self.path)
            channel.sendall(b"n4\nwatch\n")
            lines.append(channel)
        lines[-1].settimeout(10)
        self.assertIn(b"n4 asks too much at once", lines[-1].recv(100))
        self.assertEqual(self.ask("n2\nstate\n")["node"], "n1")
        self.assertLess(threading.active_count(), 20)
        for channel in lines:
            channel.close()
        self.assertEqual(self.ask_until_answered("n4\nstate\n")["node"], "n1")

    def ask_until_answered(self, text: str) -> dict:
        for _ in range(100):
            answer = self.ask(text)
            if "error" not in answer:
                return answer
            time.sleep(0.05)
        raise AssertionError(answer)

    def test_a_dismissed_node_gets_no_answer_and_a_newer_one_does(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.connect(self.path)
            channel.sendall(b"n4\nwatch\n\n")
            with channel.makefile("rw") as line:
                self.assertEqual(json.loads(line.readline())["node"], "n1")
                self.world.roster = revoking(self.world.roster, "n4")
                line.write("\n")
                line.flush()
                self.assertEqual(line.readline(), "")
        for question in ("state", "get-roster", "join", "watch"):
            with self.assertRaises(ValueError):
                self.ask(f"n4\n{question}\n")
        self.assertEqual(self.ask("n5\nstate\n")["node"], "n1")
        self.world.roster = revoking(FakeWorld().roster, "n4", dismissed=False)
        self.assertEqual(self.ask("n4\nstate\n")["node"], "n1")

    def test_news_wakes_the_loop(self) -> None:
        self.ask("n2\nstate\n")
        self.assertFalse(self.wake.is_set())
        self.ask("n2\naccept 100002 epoch\n")
        self.assertTrue(self.wake.is_set())

    def test_is_for_root_alone(self) -> None:
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)


if __name__ == "__main__":
    unittest.main()
