"""What keepalived has to know: how fit this node is to hold the virtual IP.

keepalived could start programs for that, but three of them every few seconds cost a small board more than everything
else that runs when all is well. A thread of the agent looks instead, and writes one number to a file that keepalived
tracks; the number is added to the node's priority. Source: keepalived.conf(5), track_file.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import Callable, Optional

from .docker import Docker
from .files import read_text
from .settings import Settings
from .slowness import slowness
from .swarm.engine import CERTIFICATE

FILE = "/run/dlimage-vip/health"

INTERVAL_SECONDS = 3.0
FAILURES = 2
"""Failures in a row that a check needs before it counts. One success is enough to take it back."""

ANSWER_SECONDS = 3.0
"""Seconds that Docker, or the storage, may take to answer, on a machine that is not busy."""

STORAGE_SECONDS = 15.0
"""How long the storage is believed to be usable. Each question goes to every node that keeps a copy, and all nodes ask; GlusterFS
itself gives a silent node ten seconds."""

UNFIT = -254
"""keepalived's own limit: the node is out, whatever the others are like. Without Docker it cannot serve at all."""

WITHOUT_QUORUM = -60
WITHOUT_STORAGE = -40
"""Serves worse than a node that has both, but better than no node."""


class Check:
    """A question with yes or no that must not be believed at the first no."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        # As if it had failed: a node that was just switched on has to show that it is fit.
        self._failures = FAILURES

    @property
    def passes(self) -> bool:
        self._failures = 0 if self._ask() else self._failures + 1
        return self._failures < FAILURES


class Patience:
    """Asks in a thread of its own, as a mount whose servers are gone answers never. No answer in time is a no."""

    def __init__(self, ask: Callable[[], bool], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._thread: Optional[threading.Thread] = None
        self._answer = False

    def __call__(self) -> bool:
        # One that hangs is left alone, and not joined by more.
        if self._thread is None or not self._thread.is_alive():
            self._answer = False
            self._thread = threading.Thread(target=self._look, daemon=True)
            self._thread.start()
        self._thread.join(self._seconds * slowness())
        return not self._thread.is_alive() and self._answer

    def _look(self) -> None:
        self._answer = self._ask()


class Remembered:
    """Believes a yes for so many seconds. A no is asked again each time."""

    def __init__(self, ask: Callable[[], bool], seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._seconds = seconds
        self._clock = clock
        self._yes_at = float("-inf")

    def __call__(self) -> bool:
        if self._clock() - self._yes_at < self._seconds:
            return True
        if not self._ask():
            return False
        self._yes_at = self._clock()
        return True


class Health:
    """The number for keepalived."""

    def __init__(self, settings: Settings, docker: Docker) -> None:
        self._engine = docker
        self._manages = False
        self._docker = Check(lambda: self._manages or docker.is_answered("/_ping", ANSWER_SECONDS))
        self._quorum = Check(lambda: self._manages)
        mount_point = settings.mount_point
        usable = Remembered(Patience(lambda: is_usable(mount_point), ANSWER_SECONDS), STORAGE_SECONDS)
        self._storage = Check(usable) if mount_point else None

    def look(self) -> int:
        # One question when all is well: who answers for the swarm is alive. A node that is in no swarm is not asked, as
        # Docker writes a line to the journal each time.
        self._manages = os.path.exists(CERTIFICATE) and self._engine.is_answered("/swarm", ANSWER_SECONDS)
        if not self._docker.passes:
            return UNFIT
        number = 0 if self._quorum.passes else WITHOUT_QUORUM
        if self._storage is not None and not self._storage.passes:
            number += WITHOUT_STORAGE
        return number


def keep_telling(health: Health, tell: Callable[[], None] = lambda: None) -> None:
    """Never returns. Calls `tell` after each look."""
    while True:
        if is_wanted():
            # keepalived, which takes the folder along, may end in between.
            with contextlib.suppress(OSError):
                write(health.look())
        tell()
        time.sleep(INTERVAL_SECONDS)


def is_wanted() -> bool:
    """True while keepalived runs, which takes the folder along when it ends."""
    return os.path.isdir(os.path.dirname(FILE))


def write(number: int) -> None:
    """Writes the file when it says something else."""
    if read_text(FILE).strip() == str(number):
        return
    with open(FILE, "w", encoding="ascii") as file:
        file.write(f"{number}\n")


def is_usable(mount_point: str) -> bool:
    """True when something is mounted there, and says how full it is."""
    try:
        return os.path.ismount(mount_point) and os.statvfs(mount_point).f_blocks > 0
    except OSError:
        return False
