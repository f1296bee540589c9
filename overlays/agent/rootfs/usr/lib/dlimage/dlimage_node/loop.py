"""The agent: one loop that compares what is with what should be.

It remembers no steps. Each pass asks every stage, in order, to look at the systems themselves and to do at most one
thing; after that the next pass begins. So power may be cut anywhere, and whatever a person or a dead card changes
is seen and put right.
"""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from typing import Optional, Tuple

from . import peer_server
from .console import Console
from .docker import DockerError
from .health import Health, keep_telling
from .notify import notify
from .outcome import Acted, Outcome, Waiting
from .record import Record
from .stages import STAGES, Stage
from .telling import Telling
from .views import swarm_view, vip_view
from .world import World

BUSY_SECONDS = 2.0
"""Between two passes while something is not as it should be."""

IDLE_SECONDS = 15.0
"""Between two passes when all is well."""

DEEP_SECONDS = 600.0
"""Between two looks at what is costly to look at, when all is well and nothing has changed."""

MOST_ALIKE = 5
"""Number of times in a row that a stage may do the same thing before the others have their turn all the same."""

LONGEST_PASS_SECONDS = 2400.0
"""Loading a large image from a slow card is the longest thing that a pass does, and has a limit of 1,800 s itself."""


def run_agent(world: World) -> None:
    """Never returns."""
    wake = threading.Event()
    peer_server.start(world, wake)
    record = Record([name for name, _ in STAGES])
    console = Console()
    watch = Watch(record)
    passes = Passes()
    telling = Telling()
    health = Health(world.settings, world.docker)
    threading.Thread(target=keep_telling, args=(health, watch.tell), name="health", daemon=True).start()
    looked_deep = float("-inf")
    notify("READY=1")
    while True:
        # A node that went or came, which the swarm tells, is a copy of the data that went or came.
        deep = record.take_news() or not record.assembled or time.monotonic() - looked_deep >= DEEP_SECONDS
        if deep:
            looked_deep = time.monotonic()
        world.begin_pass(deep)
        watch.begin_pass()
        acted = passes.one_pass(world, record)
        tell(world, record, console, telling)
        if not acted:
            wake.wait(IDLE_SECONDS if record.assembled else BUSY_SECONDS)
            wake.clear()


def tell(world: World, record: Record, console: Console, telling: Telling) -> None:
    """Writes the record and shows it, here and to the others. A mistake there is in the journal, and the record grows
    old; the cluster goes on."""
    try:
        console.show(record.write(world, swarm_view(world), vip_view(world)))
        notify(f"STATUS={record.summary}")
        telling.tell(world, record.notes)
    except Exception:  # our own mistake, or a full /run
        traceback.print_exc()


class Watch:
    """Tells systemd that the agent lives: that its health thread runs, and that no pass hangs. Tells people which stage
    takes long."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._pass_began = time.monotonic()

    def begin_pass(self) -> None:
        self._pass_began = time.monotonic()

    def tell(self) -> None:
        if time.monotonic() - self._pass_began < LONGEST_PASS_SECONDS:
            notify("WATCHDOG=1")
        with contextlib.suppress(OSError):  # a full /run
            self._record.tell_if_busy()


class Passes:
    """Asks the stages in order. Remembers how often the same stage has acted alike, to see when that leads nowhere."""

    def __init__(self) -> None:
        self._last: Tuple[str, Optional[Outcome]] = ("", None)
        self._times = 0

    def one_pass(self, world: World, record: Record) -> bool:
        """Asks the stages until one has acted. Returns whether one has, so that the next pass should begin at once.

        A stage whose deed is undone each time (by a person, by a program) does not keep the later ones from their turn.
        """
        for name, stage in STAGES:
            record.begin(name)
            outcome = attempt(stage, world)
            record.begin("")
            record.note(name, outcome)
            if isinstance(outcome, Acted) and not self._leads_nowhere(name, outcome):
                return True
        return False

    def _leads_nowhere(self, name: str, outcome: Outcome) -> bool:
        self._times = self._times + 1 if (name, outcome) == self._last else 1
        self._last = (name, outcome)
        return self._times > MOST_ALIKE


def attempt(stage: Stage, world: World) -> Outcome:
    """A stage that fails is told and asked again in the next pass: nothing may end the loop."""
    try:
        return stage(world)
    except DockerError as error:
        return Waiting(f"Docker: {error}")
    except Exception as error:  # our own mistake; the traceback is for whoever mends it
        traceback.print_exc()
        return Waiting(f"failed, and will try again: {type(error).__name__}: {error}")
