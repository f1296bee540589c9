"""Mounts the shared storage before Docker starts, and again should the mount die. The program of dlimage-storage.service.

It waits and never fails. It tells systemd that it is ready, and so lets Docker start, when the storage is mounted; or at
once on a node that is in no swarm yet, where nothing can be scheduled; or, degraded, after DLIMAGE_STORAGE_WAIT_SECONDS, so
that the swarm's quorum does not depend on the storage. Until then the mount point is an immutable empty directory: what a
container would write into it would be lost to the others.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any, Callable, List, Optional

from ..command import Result, run
from ..notify import notify
from ..roster import Roster, read_roster
from ..settings import Settings, read_settings
from .mounts import ServerProcess, answers, is_mounted, serves_mount
from .sources import Source, is_worth_trying, source_of

SWARM_STATE = "/var/lib/docker/swarm/docker-state.json"
LOOK_SECONDS = 10.0
FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 5.0


class Mounter:
    """One look and at most one thing done, again and again."""

    def __init__(
        self,
        settings: Settings,
        roster: Callable[[], Roster],
        run: Callable[..., Result] = run,
        answers: Callable[[str, float], bool] = answers,
        tell: Callable[[str], None] = notify,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.target = settings.mount_point
        self._roster = roster
        self._run = run
        self._answers = answers
        self._tell = tell
        self._clock = clock
        self._started = clock()
        self._server = ServerProcess()
        self._ready = False
        self._said = ""
        self._retry = FIRST_RETRY_SECONDS

    def step(self) -> float:
        """Returns how many seconds to sleep before the next step."""
        source = self._source()
        worth_trying = self._is_worth_trying()
        if self._is_alive(source) or (worth_trying and self._mount(source)):
            self._retry = FIRST_RETRY_SECONDS
            self._say(f"{source.name} is mounted")
            self._be_ready()
            return LOOK_SECONDS
        if not os.path.exists(SWARM_STATE):
            self._be_ready()
        elif not self._ready and self._clock() - self._started >= self.settings.seconds("storage_wait_seconds", 300):
            print("Docker starts without the storage: the wait for it is over", flush=True)
            self._be_ready()
        if not worth_trying:
            self._say("waiting for the volume to be there")
            return FIRST_RETRY_SECONDS
        self._retry = min(self._retry * 1.5, LAST_RETRY_SECONDS)
        return self._retry

    def unmount(self) -> None:
        """Lets go of the storage, also when something has it in use or it does not answer."""
        if is_mounted(self.target) and not self._run(["umount", self.target], timeout=20).ok:
            self._run(["umount", "--lazy", self.target], timeout=20)

    def protect(self) -> None:
        """Makes the mount point a directory into which nothing can be written while nothing is mounted on it."""
        if is_mounted(self.target):
            return
        os.makedirs(self.target, exist_ok=True)
        if os.listdir(self.target):
            print(f"{self.target} holds files of this node's own; they are hidden while the storage is mounted", flush=True)
        self._run(["chattr", "+i", self.target])

    def _source(self) -> Source:
        return source_of(self.settings, self._roster().storage_nodes)

    def _is_worth_trying(self) -> bool:
        me = self._roster().find(self.settings.node)
        return is_worth_trying(self.settings, me is not None and me.stores_data)

    def _is_alive(self, source: Source) -> bool:
        """The storage may well not answer for a while (no quorum, server off); that is no reason to mount it again."""
        if not is_mounted(self.target):
            return False
        if not source.through_process or self._is_served():
            return True
        print(f"what served {self.target} has died; mounting it again", flush=True)
        self._run(["umount", "--lazy", self.target], timeout=20)
        return False

    def _is_served(self) -> bool:
        return self._server.is_there(lambda arguments: serves_mount(arguments, self.target))

    def _mount(self, source: Source) -> bool:
        mounting = self._run(["mount", *source.arguments, self.target], timeout=60)
        if not mounting.ok:
            self._say(f"waiting for {source.name}")
            return False
        # A volume without quorum can be mounted, but nobody can use it.
        if self._answers(self.target, 20) and (not source.through_process or self._is_served()):
            return True
        self._run(["umount", "--lazy", self.target], timeout=20)
        self._say(f"waiting for {source.name}: it does not answer")
        return False

    def _be_ready(self) -> None:
        if not self._ready:
            self._ready = True
            self._tell("READY=1")

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            print(text, flush=True)
            self._tell(f"STATUS={text}")


def main() -> int:
    """Runs until systemd stops it; then the storage is unmounted."""
    mounter = Mounter(read_settings(), cached_roster())
    signal.signal(signal.SIGTERM, stop)
    mounter.protect()
    try:
        while True:
            time.sleep(mounter.step())
    except Stop:
        mounter.unmount()
    return 0


class Stop(Exception):
    """systemd wants us to end."""


def stop(_signal: int, _frame: Any) -> None:
    raise Stop


def cached_roster(max_age_seconds: float = 60) -> Callable[[], Roster]:
    """The roster, read again now and then: the agent may have taken over a newer one."""
    cached: List[Optional[Roster]] = [None]
    read_at = [0.0]

    def roster() -> Roster:
        known = cached[0]
        if known is not None and time.monotonic() - read_at[0] <= max_age_seconds:
            return known
        try:
            known = cached[0] = read_roster()
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            # The disk went bad under a running node: Docker, which needs this program, is not to end with it.
            if known is None:
                raise
            print(f"the list of nodes cannot be read, so the one from before counts: {error}", flush=True)
        read_at[0] = time.monotonic()
        return known

    return roster


if __name__ == "__main__":
    sys.exit(main())
