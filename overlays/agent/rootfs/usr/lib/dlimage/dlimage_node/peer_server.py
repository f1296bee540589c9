"""Answers what other nodes ask. Their ssh keys start /usr/lib/dlimage/peer-command, which passes the question on to
this socket, together with the name that the key stands for."""

from __future__ import annotations

import json
import os
import socketserver
import threading
import traceback

from . import requests
from .world import World

SOCKET = "/run/dlimage/peer.sock"
LARGEST_QUESTION = 4 * 1024 * 1024


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"
    timeout = 30

    def handle(self) -> None:
        line = self.rfile.readline(LARGEST_QUESTION)
        try:
            question = json.loads(line)
            answer = requests.answer(
                self.server.world, question["caller"], question["request"], question.get("input", "")
            )
        except requests.Refused as error:
            answer = {"error": str(error)}
        except Exception as error:  # told to the caller, who tries again or elsewhere
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        if answer.pop("news", False):
            self.server.wake.set()
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
    threading.Thread(target=server.serve_forever, name="peers", daemon=True).start()

