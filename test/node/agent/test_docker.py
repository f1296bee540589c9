"""The engine's API, at a socket with an engine of air."""

from __future__ import annotations

import http.server
import json
import os
import socket
import socketserver
import tempfile
import threading
import unittest
from typing import Any, Dict, List
from unittest import mock

from dlimage_node import docker
from dlimage_node.docker import Docker, DockerError


class Engine:
    """Answers with `answers`, by path; `swarm` is the header of each ping."""

    def __init__(self) -> None:
        self.asked: List[str] = []
        self.answers: Dict[str, Any] = {}
        self.swarm = "inactive"
        engine = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def address_string(self) -> str:
                return "unix"

            def log_message(self, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                engine.asked.append(self.path)
                body = json.dumps(engine.answers.get(self.path, {"message": "no such thing"})).encode()
                known = self.path in engine.answers or self.path == "/_ping"
                self.send_response(200 if known else 404)
                if engine.swarm:
                    self.send_header("Swarm", engine.swarm)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.path = os.path.join(tempfile.mkdtemp(), "docker.sock")
        self.server = socketserver.ThreadingUnixStreamServer(self.path, Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Answered(unittest.TestCase):
    def test_is_success_and_nothing_else(self) -> None:
        engine = Engine()
        self.addCleanup(engine.server.shutdown)
        engine.answers["/swarm"] = {"ID": "e" * 10_000}
        with mock.patch.object(docker, "SOCKET", engine.path):
            self.assertTrue(Docker().is_answered("/swarm", 5))
            self.assertFalse(Docker().is_answered("/nothing", 5))

    def test_an_engine_that_is_away_or_silent_has_not_answered(self) -> None:
        path = os.path.join(tempfile.mkdtemp(), "docker.sock")
        with mock.patch.object(docker, "SOCKET", path):
            self.assertFalse(Docker().is_answered("/_ping", 5))
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(path)
                listening.listen()
                self.assertFalse(Docker().is_answered("/_ping", 0.1))


class LocalSwarm(unittest.TestCase):
    def setUp(self) -> None:
        self.engine = Engine()
        self.addCleanup(self.engine.server.shutdown)
        patch = mock.patch.object(docker, "SOCKET", self.engine.path)
        patch.start()
        self.addCleanup(patch.stop)
        self.docker = Docker()

    def is_member(self, node_id: str, manager: bool) -> None:
        self.engine.swarm = "active/manager" if manager else "active/worker"
        local = {"LocalNodeState": "active", "ControlAvailable": manager, "NodeID": node_id}
        self.engine.answers["/info"] = {"Swarm": local}

    def infos(self) -> int:
        return self.engine.asked.count("/info")

    def test_a_node_in_no_swarm_costs_a_ping(self) -> None:
        self.assertEqual(self.docker.local_swarm()["LocalNodeState"], "inactive")
        self.assertEqual(self.engine.asked, ["/_ping"])

    def test_a_member_is_looked_at_once(self) -> None:
        self.is_member("a", manager=True)
        self.assertEqual([self.docker.local_swarm()["NodeID"] for _ in range(3)], ["a", "a", "a"])
        self.assertEqual(self.infos(), 1)

    def test_again_when_it_was_promoted_or_joined_anew(self) -> None:
        self.is_member("a", manager=False)
        self.docker.local_swarm()
        self.is_member("a", manager=True)
        self.assertTrue(self.docker.local_swarm()["ControlAvailable"])
        self.engine.swarm = "inactive"
        self.docker.local_swarm()
        self.is_member("b", manager=True)
        self.assertEqual(self.docker.local_swarm()["NodeID"], "b")

    def test_every_time_while_it_waits(self) -> None:
        self.engine.swarm = "pending"
        self.engine.answers["/info"] = {"Swarm": {"LocalNodeState": "pending", "ControlAvailable": True}}
        self.docker.local_swarm()
        self.assertTrue(self.docker.local_swarm()["ControlAvailable"])
        self.assertEqual(self.infos(), 2)

    def test_an_engine_that_does_not_say_it_is_asked(self) -> None:
        self.is_member("a", manager=True)
        self.engine.swarm = ""
        self.docker.local_swarm()
        self.docker.local_swarm()
        self.assertEqual(self.infos(), 2)

    def test_what_the_engine_refuses_has_its_words(self) -> None:
        with self.assertRaisesRegex(DockerError, "no such thing") as caught:
            self.docker.swarm()
        self.assertEqual(caught.exception.status, 404)

    def test_an_engine_that_is_not_there(self) -> None:
        with mock.patch.object(docker, "SOCKET", "/nonexistent/docker.sock"), self.assertRaises(DockerError) as caught:
            self.docker.local_swarm()
        self.assertEqual(caught.exception.status, 0)


if __name__ == "__main__":
    unittest.main()
