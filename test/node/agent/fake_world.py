"""A node whose Docker, peers and programs answer what a test says."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from typing import Any, Callable, Dict, List, Optional
from unittest import mock

from dlimage_node.command import Result
from dlimage_node.docker import Docker, DockerError
from dlimage_node.founding import Acceptor
from dlimage_node.roster import Peer, Revoked, Roster
from dlimage_node.settings import Settings
from dlimage_node.world import World


def peer(index: int, role: str = "manager") -> Peer:
    return Peer(f"n{index}", index, role, f"10.0.0.{index}", True, False, f"uuid-{index}")


def roster(managers: int = 3, workers: int = 1, serial: int = 1) -> Roster:
    nodes = [peer(i, "manager" if i <= managers else "worker") for i in range(1, managers + workers + 1)]
    return Roster("c", serial, nodes, "text", "signature")


def with_labels(of: Roster, name: str, labels: Dict[str, str]) -> Roster:
    """The same list, where a node has labels of the definition."""
    return replace(of, nodes=[replace(node, labels=labels) if node.name == name else node for node in of.nodes])


def revoking(of: Roster, *names: str, dismissed: bool = True) -> Roster:
    """The next list, with keys of these nodes revoked: they are gone from it, or have new keys."""
    revoked = [
        Revoked(name, [f"ssh-ed25519 host-{name}", f"ssh-ed25519 node-{name}"], name, f"uuid-{name[1:]}") for name in names
    ]
    nodes = [replace(node, tls_name=f"{node.name}.2") if node.name in names else node for node in of.nodes]
    left = [node for node in nodes if not (dismissed and node.name in names)]
    return replace(of, serial=of.serial + 1, nodes=left, revoked=revoked)


class FakeDocker(Docker):
    """Answers from `answers` by method and path; notes everything that changes something."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: Dict[str, Any] = {}
        self.changes: List[Any] = []

    def ping(self) -> str:
        return ""

    def call(self, method: str, path: str, body: Any = None, timeout: float = 15) -> Any:
        answer = self.answers.get(f"{method} {path.split('?')[0]}")
        if method != "GET":
            self.changes.append((path, body.read() if hasattr(body, "read") else body))
            if isinstance(answer, Exception):
                raise answer
            return answer
        if answer is None:
            raise DockerError(404, f"no such thing: {path}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def is_answered(self, path: str, timeout: float) -> bool:
        try:
            self.call("GET", path)
        except DockerError:
            return False
        return True

    def is_in_swarm(self, leader: bool = True, manager: bool = True, nodes: Optional[List[Dict[str, Any]]] = None) -> None:
        local = {"LocalNodeState": "active", "ControlAvailable": manager, "NodeID": "id-1"}
        self.answers["GET /info"] = {"Swarm": local}
        if not manager:
            return
        own = swarm_node("id-1", "n1", leader=leader)
        self.answers["GET /swarm"] = {"ID": "epoch", "Version": {"Index": 7}, "Spec": {"Labels": {"theirs": "kept"}}}
        self.answers["GET /nodes"] = [own, *(nodes or [])]
        self.answers["GET /nodes/id-1"] = own


def swarm_node(node_id: str, name: str, leader: bool = False, role: str = "manager", state: str = "ready") -> Dict[str, Any]:
    """An entry as Docker has it; `nN` comes from 10.0.0.N."""
    manager = {"Leader": leader, "Reachability": "reachable", "Addr": f"{name}:2377"}
    return {
        "ID": node_id,
        "CreatedAt": "2026-01-01T00:00:00.123456789Z",
        "Version": {"Index": 3},
        "Description": {"Hostname": name} if name else {},
        "Spec": {"Role": role, "Availability": "drain", "Labels": {"theirs": "kept"}},
        "Status": {"State": state, "Addr": "0.0.0.0" if leader else f"10.0.0.{name[1:]}"},
        **({"ManagerStatus": manager} if role == "manager" else {}),
    }


class FakeWorld(World):
    """Node n1 of four: three managers and a worker."""

    def __init__(self, **settings: str) -> None:
        folder = tempfile.mkdtemp()
        values = {"node": "n1", "cluster_id": "c", "address": "10.0.0.1", "storage": "none", **settings}
        settings_ = Settings({f"DLIMAGE_{key.upper()}": value for key, value in values.items()})
        self.fake_docker = FakeDocker()
        super().__init__(settings_, roster(), self.fake_docker, Acceptor(os.path.join(folder, "founding.json")))
        self.states: Dict[str, Dict[str, Any]] = {}
        self.asked: List[Any] = []
        self.answer: Callable[[str, str], Any] = lambda name, request: None
        self.ran: List[List[str]] = []
        self.results: Dict[str, Result] = {}
        self.mounted = False

    def manager_states(self) -> Dict[str, Dict[str, Any]]:
        return self.states

    def ask(self, peer: Peer, request: str, stdin: Optional[str] = None, timeout: float = 15) -> Any:
        self.asked.append((peer.name, request, stdin))
        return self.answer(peer.name, request)

    def run(self, args: List[str], timeout: float = 30, stdin: Optional[str] = None) -> Result:
        self.ran.append(args)
        return self.results.get(args[0], Result(0, "", ""))

    def is_storage_mounted(self) -> bool:
        return self.mounted


def peer_state(**values: Any) -> Dict[str, Any]:
    """What a manager says of itself, with what a test wants to be different."""
    return {
        "swarm": "none",
        "holds_swarm": False,
        "epoch": "",
        "serial": 1,
        "services": 0,
        "promised": 0,
        "promised_to": 0,
        "promise_age_seconds": 1e9,
        "clock": 1_000_000.0,
        "clock_synchronized": False,
        "received": 50.0,
        **values,
    }


def frozen_time(module: Any, now: float = 1_000_000.0, monotonic: float = 50.0) -> Any:
    """Stops the clocks that a module looks at."""
    fake = mock.Mock(wraps=module.time)
    fake.time.side_effect = lambda: now
    fake.monotonic.side_effect = lambda: monotonic
    fake.sleep.side_effect = lambda seconds: None
    return mock.patch.object(module, "time", fake)
