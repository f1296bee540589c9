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
from typing import Any

from . import requests
from .docker import DockerError
from .line import REQUEST as WATCH
from .report import plain
from .revocation import is_dismissed
from .seats import Seats
from .world import World

SOCKET = "/run/dlimage/peer.sock"
LONGEST_LINE = 4096
LARGEST_INPUT = 1024 * 1024
LONGEST_COMPLAINT = 200

SILENCE_SECONDS = 120
"""After this time without a question, who watches is taken for dead."""

MOST_AT_ONCE = 500
"""Each is a thread and a file. All nodes of a large cluster watch its managers while they assemble."""

MOST_OF_ONE = 4
"""A node has one line open, and asks one thing beside it."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 30

    def handle(self) -> None:
        caller, request = (self.rfile.readline(LONGEST_LINE).decode("utf-8", "replace").strip() for _ in range(2))
        if is_dismissed(self.server.world.roster, caller):
            return
        if not self.server.seats.take(caller):
            self._say({"error": f"{caller} asks too much at once"})
            return
        try:
            self._hear(caller, request)
        finally:
            self.server.seats.leave(caller)

    def _hear(self, caller: str, request: str) -> None:
        if request == WATCH:
            self._be_watched(caller)
        else:
            self._answer(caller, request, self.rfile.read(LARGEST_INPUT).decode("utf-8", "replace"))

    def _be_watched(self, caller: str) -> None:
        self.connection.settimeout(SILENCE_SECONDS)
        with contextlib.suppress(OSError):  # silent for too long, or gone
            while self.rfile.readline(LONGEST_LINE) and not is_dismissed(self.server.world.roster, caller):
                self._answer(caller, "state", "")

    def _answer(self, caller: str, request: str, text: str) -> None:
        try:
            answer = requests.answer(self.server.world, caller, request, text)
        except (requests.Refused, DockerError) as error:
            answer = {"error": str(error)}
        except Exception as error:  # told to the caller, who tries again or elsewhere
            # One line: a node that asks wrongly again and again must not turn the journal over.
            place = traceback.extract_tb(error.__traceback__)[-1]
            why = f"{type(error).__name__}: {error}"[:LONGEST_COMPLAINT]
            print(plain(f"{caller} asked {request[:40]}: {why} ({os.path.basename(place.filename)}:{place.lineno})"), flush=True)
            answer = {"error": why}
        if answer.pop("news", False):
            self.server.wake.set()
        self._say(answer)

    def _say(self, answer: requests.Answer) -> None:
        with contextlib.suppress(BrokenPipeError):  # who asked has given up
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
    world: World
    wake: threading.Event
    seats: Seats

    def __init__(self, path: str) -> None:
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        self.seats = Seats(MOST_AT_ONCE, MOST_OF_ONE)
        super().__init__(path, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


def start(world: World, wake: threading.Event) -> None:
    """Listens in a thread. `wake` is set when an answer changed something that the loop should look at."""
    if os.path.exists(SOCKET):
        os.unlink(SOCKET)
    os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
    server = _Server(SOCKET)
    os.chmod(SOCKET, 0o600)
    server.world, server.wake = world, wake
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": None}, name="peers", daemon=True).start()
