"""The system as the stages see it and act upon it. Tests put their own in its place."""

from __future__ import annotations

import threading
import time
from typing import Any, Dict, List, Optional, Union

from . import peers, services
from .command import Result, run
from .docker import Docker, DockerError, ManagerView
from .founding import Acceptor
from .roster import Peer, Roster, keep_roster, parse_roster, read_roster, supersedes
from .settings import Settings, read_settings
from .swarm.members import names_of_ready
from .telling import Heard


class World:
    """The node, its cluster, and the ways to ask and to change them.

    `deep` is true in passes that may look at what is costly to look at (GlusterFS's command line, other nodes): while
    something is not as it should be, and every few minutes when all is well.
    """

    def __init__(self, settings: Settings, roster: Roster, docker: Docker, acceptor: Acceptor) -> None:
        self.settings = settings
        self.roster = roster
        self.docker = docker
        self.acceptor = acceptor
        self.deep = True
        self.started = time.monotonic()
        self.heard = Heard()
        self.changing_swarm = threading.RLock()
        self.nameless_since: Dict[str, float] = {}
        """When this node first saw entries of the swarm that have not said their name, by their ids."""
        self._changing_roster = threading.Lock()
        self._watch = peers.Watch()
        self._states: Optional[Dict[str, peers.Answer]] = None
        self._local: Optional[Dict[str, Any]] = None
        self._asked_engine = False
        self._view: Union[ManagerView, DockerError, None] = None

    def begin_pass(self, deep: bool) -> None:
        """Forgets what the last pass saw."""
        self.deep = deep
        if not deep:
            self._watch.hang_up()
        self._states = None
        self._asked_engine = False
        self._view = None

    @property
    def me(self) -> Peer:
        me = self.roster.find(self.settings.node)
        if me is None:
            raise LookupError(f"{self.settings.node} is not in the roster of its own image")
        return me

    @property
    def other_managers(self) -> List[Peer]:
        return [peer for peer in self.roster.managers if peer.name != self.settings.node]

    def run(self, args: List[str], timeout: float = 30, stdin: Optional[str] = None) -> Result:
        return run(args, timeout, stdin)

    def ask(
        self, peer: Peer, request: str, stdin: Optional[str] = None, timeout: float = peers.ANSWER_SECONDS
    ) -> Optional[peers.Answer]:
        return peers.ask(peer, request, stdin, timeout)

    def manager_states(self) -> Dict[str, peers.Answer]:
        """The other managers' answers about themselves, asked once in a pass."""
        if self._states is None:
            self._states = self._watch.states(self.other_managers)
        return self._states

    def local_swarm(self) -> Optional[Dict[str, Any]]:
        """The engine's own part in a swarm, asked once in a pass; None while the engine does not answer."""
        if not self._asked_engine:
            self._asked_engine = True
            try:
                self._local = self.docker.local_swarm()
            except DockerError:
                self._local = None
        return self._local

    def manager_view(self) -> ManagerView:
        """The swarm and its nodes, asked once in a pass.

        :raises DockerError: when this node is not a manager, or the swarm has no leader
        """
        view = self._view
        if view is None:
            try:
                view = ManagerView(self.docker.swarm(), self.docker.nodes())
            except DockerError as error:
                view = error
            self._view = view
        if isinstance(view, DockerError):
            raise view
        return view

    def is_leader(self) -> bool:
        """True on the manager that leads the swarm."""
        view = self._view_if_manager()
        return view is not None and view.is_leader((self.local_swarm() or {}).get("NodeID", ""))

    def missing_nodes(self) -> Optional[List[str]]:
        """Nodes of the roster that the swarm does not have as ready; None where nobody has said so."""
        view = self._view_if_manager()
        if view is None:
            return self.heard.missing
        ready = names_of_ready(self.roster, view.nodes)
        return [peer.name for peer in self.roster.nodes if peer.name not in ready]

    def _view_if_manager(self) -> Optional[ManagerView]:
        """None on a worker, whose Docker would write a line to the journal for each question, and without a leader."""
        if not (self.local_swarm() or {}).get("ControlAvailable"):
            return None
        try:
            return self.manager_view()
        except DockerError:
            return None

    def is_storage_mounted(self) -> bool:
        """True when the shared storage is there, as far as /proc/mounts can tell without touching it."""
        target = self.settings.mount_point
        if not target:
            return False
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            return any(line.split(" ")[1] == target for line in mounts)

    def adopt_roster(self, text: str, signature: str) -> bool:
        """Takes over a newer list of nodes, if it is signed. Returns whether it did."""
        offered = parse_roster(text, signature)
        # Two nodes may show different ones at once; the newer one stays.
        with self._changing_roster:
            # A list without this node is of no use to it: it is dismissed, and the others know.
            if offered.find(self.settings.node) is None or not supersedes(offered, self.roster):
                return False
            keep_roster(offered)
            self.roster = offered
            return True


def real_world() -> World:
    """The world as it is on a node."""
    roster, acceptor = read_roster(), Acceptor()
    if acceptor.has_forgotten and len(roster.managers) == 1:
        acceptor.begin_anew()
    docker = Docker(may_be_asked=lambda: services.may_be_asked(services.DOCKER))
    return World(read_settings(), roster, docker, acceptor)
