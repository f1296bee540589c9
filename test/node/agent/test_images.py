"""The images that came with the node."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from typing import Any, Dict
from unittest import mock

from dlimage_node import retries
from dlimage_node.docker import DockerError
from dlimage_node.loop import attempt
from dlimage_node.outcome import Acted, Done, Waiting
from dlimage_node.stages import images
from dlimage_node.stages.images import ImagesStage
from fake_world import FakeWorld, frozen_time


class Images(unittest.TestCase):
    def setUp(self) -> None:
        self.world = FakeWorld()
        self.engine = self.world.fake_docker
        self.engine.answers["GET /info"] = {"Swarm": {"LocalNodeState": "inactive"}}
        self.stage = ImagesStage()
        self.folder = tempfile.mkdtemp()
        self.archives: Dict[str, str] = {}
        self.engine.call = mock.Mock(side_effect=self.call)

    def put(self, name: str, content: str) -> None:
        with open(os.path.join(self.folder, f"{name}.tar"), "w", encoding="ascii") as archive:
            archive.write(content)

    def call(self, method: str, path: str, body: Any = None, timeout: float = 15) -> Any:
        """An engine that reads one name from each archive, and complains as Docker does."""
        if path != "/images/load?quiet=1":
            return type(self.engine).call(self.engine, method, path, body, timeout)
        name = body.read().decode()
        self.engine.changes.append(name)
        if name == "refused":
            raise DockerError(500, "invalid tar header")
        if name == "damaged":
            return '{"stream":"Loading"}\n{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}\n'
        self.engine.answers[f"GET /images/{name}/json"] = {"Id": "sha256:1"}
        return {"stream": "Loaded image"}

    def step(self, *names: str, now: float = 0.0) -> object:
        wanted = [{"file": f"{name[0]}.tar", "references": [name]} for name in names]
        with mock.patch.object(images, "read_text", lambda path: json.dumps(wanted)):
            with mock.patch.object(images, "FOLDER", self.folder), frozen_time(retries, monotonic=now):
                return self.stage(self.world)

    def test_missing_ones_are_loaded_and_only_those(self) -> None:
        self.put("b", "b:1")
        self.engine.answers["GET /images/a:1/json"] = {"Id": "sha256:a"}
        self.assertEqual(self.step("a:1", "b:1"), Acted("loaded b:1"))
        self.assertEqual(self.step("a:1", "b:1"), Done("2 loaded"))
        self.assertEqual(self.engine.changes, ["b:1"])

    def test_a_damaged_archive_does_not_hold_up_the_others(self) -> None:
        for broken, why in (("refused", "invalid tar header"), ("damaged", "unexpected EOF")):
            with self.subTest(broken):
                self.setUp()
                self.put("a", broken)
                self.put("b", "b:1")
                said = f"a:1 cannot be loaded: {why}"
                self.assertEqual(self.step("a:1", "b:1"), Waiting(f"{said}; 1 more to load"))
                self.assertEqual(self.step("a:1", "b:1"), Acted("loaded b:1"))
                self.assertEqual(self.step("a:1", "b:1"), Waiting(said))
                self.assertEqual(self.step("a:1", "b:1", now=5.0), Waiting(said))
                self.assertEqual(self.engine.changes, [broken, "b:1", broken], "tried again after a success, then waited")

    def test_an_archive_that_is_gone_is_told(self) -> None:
        self.assertIn("No such file", str(self.step("a:1")))

    def test_an_archive_that_holds_something_else_is_not_loaded_for_ever(self) -> None:
        self.put("a", "other:1")
        for _ in range(3):
            self.assertEqual(self.step("a:1"), Waiting("a:1 cannot be loaded: a.tar does not hold it"))
        self.assertEqual(self.engine.changes, ["other:1"])

    def test_an_engine_that_refuses_is_no_reason_to_end(self) -> None:
        self.engine.answers["GET /info"] = DockerError(0, "no")
        with mock.patch.object(images, "read_text", lambda path: '[{"file": "a.tar", "references": ["a:1"]}]'):
            self.assertEqual(attempt(self.stage, self.world), Waiting("waiting for Docker to start"))


if __name__ == "__main__":
    unittest.main()
