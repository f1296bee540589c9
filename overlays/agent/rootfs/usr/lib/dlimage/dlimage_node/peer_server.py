"""Answers what other nodes ask. Their ssh keys start /usr/lib/dlimage/peer-command, which passes the question on to
this socket: a line with the name that the key stands for, a line with the question, and the rest.

To the question `watch` each further line is answered with how the node is, for as long as they come."""

from __future__ import annotations

import contextlib
import json
import os
import socketserver
import threading
import traceback

from . import requests
from .docker import DockerError
from .line import REQUEST as WATCH
from .world import World

SOCKET = "/run/dlimage/peer.sock"
LONGEST_LINE = 4096
LARGEST_INPUT = 1024 * 1024

SILENCE_SECONDS = 120
"""After this time without a question, who watches is taken for dead."""


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"
    timeout = 30

    def handle(self) -> None:
        caller, request = (self.rfile.readline(LONGEST_LINE).decode("utf-8", "replace").strip() for _ in range(2))
        if request == WATCH:
            self._be_watched(caller)
        else:
            self._answer(caller, request, self.rfile.read(LARGEST_INPUT).decode("utf-8", "replace"))

    def _be_watched(self, caller: str) -> None:
        self.connection.settimeout(SILENCE_SECONDS)
        with contextlib.suppress(OSError):  # silent for too long, or gone
            while self.rfile.readline(LONGEST_LINE):
                self._answer(caller, "state", "")

    def _answer(self, caller: str, request: str, text: str) -> None:
        try:
            answer = requests.answer(self.server.world, caller, request, text)
        except (requests.Refused, DockerError) as error:
            answer = {"error": str(error)}
        except Exception as error:  # told to the caller, who tries again or elsewhere
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        if answer.pop("news", False):
            self.server.wake.set()
        with contextlib.suppress(BrokenPipeError):  # who asked has given up
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
    world: World
    wake: threading.Event


def start(world: World, wake: threading.Event) -> None:
    """Listens in a thread. `wake` is set when an answer changed something that the loop should look at."""
    if os.path.exists(SOCKET):
        os.unlink(SOCKET)
    os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
    server = _Server(SOCKET, _Handler)
    os.chmod(SOCKET, 0o600)
    server.world, server.wake = world, wake
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": None}, name="peers", daemon=True).start()

