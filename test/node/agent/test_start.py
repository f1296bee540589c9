"""What a node says whose own files are damaged."""

from __future__ import annotations

import io
import json
import os
import tempfile
import unittest
from contextlib import ExitStack, redirect_stdout
from typing import Any
from unittest import mock

from dlimage_node import __main__ as command
from dlimage_node import console, founding, roster, settings, start, world

ROSTER = {"cluster_id": "c", "serial": 1, "nodes": []}


class Start(unittest.TestCase):
    def start(self, env: bytes, roster_text: bytes) -> Any:
        """Starts with these files. Returns the world, and the summary in the status and what the journal got."""
        with tempfile.TemporaryDirectory() as folder, ExitStack() as patches:
            paths = {name: os.path.join(folder, name) for name in ("env", "roster.json", "roster.sig", "status", "founding")}
            for name, content in (("env", env), ("roster.json", roster_text), ("roster.sig", b"x")):
                with open(paths[name], "wb") as file:
                    file.write(content)
            shown = patches.enter_context(mock.patch.object(console.Console, "show"))
            patches.enter_context(mock.patch.object(world, "read_settings", lambda: settings.read_settings(paths["env"])))
            patches.enter_context(mock.patch.object(world, "Acceptor", lambda: founding.Acceptor(paths["founding"])))
            patches.enter_context(mock.patch.object(roster, "BAKED", paths["roster.json"]))
            patches.enter_context(mock.patch.object(roster, "ADOPTED", os.path.join(folder, "none.json")))
            patches.enter_context(mock.patch.object(start, "FILE", paths["status"]))
            journal = patches.enter_context(redirect_stdout(io.StringIO()))
            made = start.start_world()
            if made is not None:
                return made
            with open(paths["status"], encoding="utf-8") as file:
                summary = json.load(file)["summary"]
            self.assertIn(summary, journal.getvalue())
            self.assertEqual(shown.call_args[0][0]["summary"], summary)
            return summary

    def test_goes_on_with_whole_files(self) -> None:
        made = self.start(b"DLIMAGE_NODE='n1'\n", json.dumps(ROSTER).encode())
        self.assertEqual(made.settings.node, "n1")

    def test_says_what_is_damaged_and_what_to_do(self) -> None:
        whole = b"DLIMAGE_NODE='n1'\n", json.dumps(ROSTER).encode()
        for env, text in (
            (b"", whole[1]),
            (b"\0" * 32, whole[1]),
            (b"DLIMAGE_NODE='n1", whole[1]),
            (b"\xff", whole[1]),
            (whole[0], b""),
            (whole[0], b"\0" * 32),
            (whole[0], b"[]"),
            (whole[0], b"{}"),
            (whole[0], b'{"cluster_id": "c", "serial": 1, "nodes": [null]}'),
        ):
            self.assertRegex(str(self.start(env, text)), "^files of this node's own image are damaged, flash its card again: ")

    def test_ends_for_systemd_to_try_again(self) -> None:
        with mock.patch.object(start, "start_world", lambda: None):
            self.assertEqual(command.main(["agent"]), 1)


if __name__ == "__main__":
    unittest.main()
