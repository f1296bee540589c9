"""Managers with engines made of air: their own agent code, on a network and a power supply that can fail anywhere."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import tempfile
from typing import Any, Dict, List, Optional, Set
from unittest import mock

from dlimage_node import founding, requests
from dlimage_node.docker import Docker, DockerError
from dlimage_node.founding import Acceptor
from dlimage_node.roster import Peer, Roster
from dlimage_node.settings import Settings
from dlimage_node.stages.swarm import SwarmStage
from dlimage_node.swarm import agreement, revival
from dlimage_node.world import World


class PowerCut(Exception):
    """The node went off in the middle of what it did."""


class Clock:
    """One time for all nodes. Moves when the simulation says so, so that waiting costs nothing."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Engine(Docker):
    """Docker of one node: which swarm it is in. What a swarm knows of its members is the cluster's, see Cluster."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._node = node
        self.swarm_id = ""
        self.member_id = ""

    def local_swarm(self) -> Dict[str, Any]:
        self._node.maybe_cut()
        if not self.swarm_id:
            return {"LocalNodeState": "inactive", "ControlAvailable": False}
        return {"LocalNodeState": "active", "ControlAvailable": True, "NodeID": self.member_id}

    def swarm(self) -> Dict[str, Any]:
        self._check_quorum()
        tokens = {"Manager": self.swarm_id, "Worker": self.swarm_id}
        return {"ID": self.swarm_id, "Version": {"Index": 1}, "Spec": {"Labels": {}}, "JoinTokens": tokens}

    def nodes(self) -> List[Dict[str, Any]]:
        self._check_quorum()
        return [self._describe(member, name) for member, name in self._members().items()]

    def services(self) -> List[Dict[str, Any]]:
        return []

    def update_node(self, node: Dict[str, Any], spec: Dict[str, Any]) -> None:
        self._check_quorum()

    def remove_node(self, node_id: str) -> None:
        self._check_quorum()
        del self._members()[node_id]

    def update_swarm(self, swarm: Dict[str, Any], spec: Dict[str, Any], rotate_tokens: bool = False) -> None:
        self._check_quorum()

    def leave(self) -> None:
        # The swarm keeps the entry of who leaves by force.
        self.swarm_id = self.member_id = ""

    def call(self, method: str, path: str, body: Any = None, timeout: float = 15) -> Any:
        cluster = self._node.cluster
        self._node.maybe_cut()
        if path == "/swarm/init" and body.get("ForceNewCluster"):
            self._members().clear()
        elif path == "/swarm/init":
            self.swarm_id = cluster.new_id("swarm")
            cluster.swarms[self.swarm_id] = {}
        elif path == "/swarm/join":
            if not cluster.has_quorum(body["JoinToken"]):
                raise DockerError(503, "the swarm does not have a leader")
            self.swarm_id = body["JoinToken"]
        elif path == "/info":
            return {"Swarm": {"RemoteManagers": [{"Addr": f"{name}:2377"} for name in self._members().values()]}}
        else:
            raise AssertionError(path)
        self.member_id = cluster.new_id("member")
        self._members()[self.member_id] = self._node.peer.name
        self._node.maybe_cut()

    def _members(self) -> Dict[str, str]:
        return self._node.cluster.swarms.get(self.swarm_id, {})

    def _check_quorum(self) -> None:
        self._node.maybe_cut()
        if self.member_id not in self._members() or not self._node.cluster.has_quorum(self.swarm_id):
            raise DockerError(503, "the swarm does not have a leader")

    def _describe(self, member: str, name: str) -> Dict[str, Any]:
        leader = member == min(self._members())
        ready = self._node.cluster.is_member_on(self.swarm_id, member)
        return {
            "ID": member,
            "CreatedAt": "2026-01-01T00:00:00Z",
            "Description": {"Hostname": name},
            "Spec": {"Role": "manager", "Availability": "active"},
            "Status": {"State": "ready" if ready else "down"},
            "ManagerStatus": {"Leader": leader, "Reachability": "reachable", "Addr": f"{name}:2377"},
        }


class SimulatedWorld(World):
    """Asks over the simulated network."""

    def __init__(self, node: Node, roster: Roster) -> None:
        settings = {"NODE": node.peer.name, "CLUSTER_ID": "c", "ADDRESS": node.peer.name, "STORAGE": "none"}
        settings.update(SWARM_DATA_PATH_PORT="4789", SWARM_SUBNET_PREFIX_LENGTH="24", SWARM_CERTIFICATE_HOURS="1")
        acceptor = Acceptor(node.founding_file)
        super().__init__(Settings({f"DLIMAGE_{k}": v for k, v in settings.items()}), roster, node.engine, acceptor)
        self._node = node

    def manager_states(self) -> Dict[str, Dict[str, Any]]:
        if self._states is None:
            answers = {peer.name: self.ask(peer, "state") for peer in self.other_managers}
            self._states = {name: answer for name, answer in answers.items() if answer is not None}
        return self._states

    def ask(self, peer: Peer, request: str, stdin: Optional[str] = None, timeout: float = 15) -> Any:
        return self._node.cluster.deliver(self._node, peer.name, request)


class Node:
    def __init__(self, cluster: Cluster, peer: Peer) -> None:
        self.cluster = cluster
        self.peer = peer
        self.founding_file = os.path.join(cluster.folder, f"{peer.name}.json")
        self.is_on = False
        self.flash()

    def flash(self) -> None:
        """A new card: everything that was learned is gone."""
        self.is_on = False
        self.engine = Engine(self)
        if os.path.exists(self.founding_file):
            os.remove(self.founding_file)

    def switch_on(self) -> None:
        self.is_on = True
        self.world = SimulatedWorld(self, self.cluster.roster)
        self.stage = SwarmStage()

    def maybe_cut(self) -> None:
        """Anything that an agent does may be the last thing before the power goes."""
        if self.cluster.chance(self.cluster.cuts):
            self.is_on = False
            raise PowerCut

    def one_pass(self) -> None:
        self.world.begin_pass(deep=True)
        with contextlib.suppress(DockerError, PowerCut):
            self.stage(self.world)


class Cluster:
    """`loss` and `cuts` are probabilities: of a question or an answer that gets lost, of a power cut at any step."""

    def __init__(self, size: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.folder = tempfile.mkdtemp()
        self.clock = Clock()
        self.loss = self.cuts = 0.0
        self.swarms: Dict[str, Dict[str, str]] = {}
        self.ever_ready: Set[str] = set()
        self._ids = itertools.count(1)
        peers = [Peer(f"n{i}", i, "manager", f"n{i}", False, False, "") for i in range(1, size + 1)]
        self.roster = Roster("c", 1, peers, "", "")
        self.nodes = {peer.name: Node(self, peer) for peer in peers}

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def new_id(self, kind: str) -> str:
        return f"{kind}-{next(self._ids):06}"

    def is_member_on(self, swarm_id: str, member: str) -> bool:
        return any(node.is_on and node.engine.member_id == member for node in self.nodes.values())

    def has_quorum(self, swarm_id: str) -> bool:
        members = self.swarms.get(swarm_id, {})
        on = [member for member in members if self.is_member_on(swarm_id, member)]
        return len(on) > len(members) / 2

    def deliver(self, sender: Node, name: str, request: str) -> Optional[Dict[str, Any]]:
        sender.maybe_cut()
        receiver = self.nodes[name]
        if not receiver.is_on or self.chance(self.loss):
            return None
        try:
            answer = requests.answer(receiver.world, sender.peer.name, request, "")
        except (PowerCut, DockerError, requests.Refused):
            return None
        if answer.get("swarm") == "ready" and "epoch" in answer:
            self.ever_ready.add(answer["epoch"])
        answer["received"] = self.clock.now
        return None if self.chance(self.loss) else answer

    def run(self, passes: int, on_chance: float = 1.0) -> None:
        """Lets random nodes take turns; those that are off come back at some time."""
        modules = [mock.patch.object(module, "time", self.clock) for module in (agreement, founding, requests, revival)]
        far = mock.patch.object(agreement, "far_certificates", lambda world: False)
        with modules[0], modules[1], modules[2], modules[3], far:
            for _ in range(passes):
                node = self.random.choice(list(self.nodes.values()))
                self.clock.now += self.random.uniform(0, 4)
                if node.is_on:
                    node.one_pass()
                elif self.chance(on_chance):
                    node.switch_on()

    def swarm_ids(self) -> Set[str]:
        return {node.engine.swarm_id for node in self.nodes.values()}

    def members(self) -> List[str]:
        """Names in the one swarm that is left."""
        (swarm_id,) = self.swarm_ids()
        return sorted(self.swarms[swarm_id].values())
