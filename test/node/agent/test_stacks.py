"""The stacks of the definition: whose turn it is, what one that fails does to the others, what is remembered."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from typing import Any, Dict, List, Optional
from unittest import mock

from dlimage_node import retries
from dlimage_node.command import Result
from dlimage_node.deployment import wanted
from dlimage_node.deployment.history import HISTORY
from dlimage_node.docker import DockerError
from dlimage_node.outcome import Acted, Done, Waiting
from dlimage_node.stages import stacks
from dlimage_node.stages.stacks import StacksStage
from fake_world import FakeWorld, frozen_time


def stack(name: str = "web", version: str = "new", **more: Any) -> Dict[str, Any]:
    return {"name": name, "file": f"{name}.yaml", "sha256": version, "resolve_image": "never", **more}


class Swarm(FakeWorld):
    """A leader whose swarm keeps the labels that it is given, and whose `docker stack deploy` fails for some names."""

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.acceptor.decide("epoch")
        self.fake_docker.is_in_swarm()
        self.fake_docker.answers.update({"GET /services": [], "GET /configs": [], "GET /secrets": []})
        self.fails: Dict[str, str] = {}

    def run(self, args: List[str], timeout: float = 30, stdin: Optional[str] = None) -> Result:
        self.ran.append(args)
        why = self.fails.get(args[-1])
        return Result(1, "", why) if why else Result(0, "", "")

    @property
    def deployed(self) -> List[str]:
        return [args[-1] for args in self.ran]

    @property
    def labels(self) -> Dict[str, str]:
        return self.fake_docker.answers["GET /swarm"]["Spec"]["Labels"]


class Stage(unittest.TestCase):
    def setUp(self) -> None:
        self.world = Swarm()
        self.stage = StacksStage()

    def step(self, *listed: Dict[str, Any], now: float = 0.0) -> object:
        self.world.begin_pass(deep=True)
        before = len(self.world.fake_docker.changes)
        with mock.patch.object(wanted, "read_text", lambda path: json.dumps(listed)):
            with frozen_time(retries, monotonic=now), frozen_time(stacks, monotonic=now):
                outcome = self.stage(self.world)
        for path, body in self.world.fake_docker.changes[before:]:
            if path.startswith("/swarm/update"):
                self.world.fake_docker.answers["GET /swarm"]["Spec"] = body
        return outcome


class Deploying(Stage):
    def test_happens_once_and_is_remembered_in_the_swarm(self) -> None:
        self.assertEqual(self.step(stack()), Acted("deployed web"))
        files = ["--compose-file", "/etc/dlimage/stacks/web.yaml"]
        self.assertEqual(self.world.ran, [["docker", "stack", "deploy", "--resolve-image", "never", *files, "web"]])
        self.assertEqual((self.world.labels["dlimage.stack.web"], self.world.labels["theirs"]), ("new", "kept"))
        self.assertEqual(self.step(stack()), Done("1 deployed"))
        self.assertEqual(len(self.world.ran), 1)

    def test_takes_several_files_in_their_order(self) -> None:
        self.step(stack(files=["web/a.yaml", "web/b.yaml"]))
        files = [word for word in self.world.ran[0] if word.startswith("/etc")]
        self.assertEqual(files, ["/etc/dlimage/stacks/web/a.yaml", "/etc/dlimage/stacks/web/b.yaml"])

    def test_makes_folders_and_never_one_in_the_place_of_something(self) -> None:
        folder = tempfile.mkdtemp()
        wanted_folder, file, link = (os.path.join(folder, name) for name in ("data/web", "file", "link"))
        with open(file, "w", encoding="ascii"):
            os.symlink("/nowhere", link)
        self.step(stack(directories=[wanted_folder, file, link]))
        self.assertEqual([os.path.isdir(path) for path in (wanted_folder, file, link)], [True, False, False])

    def test_is_done_by_the_leader(self) -> None:
        self.world.fake_docker.is_in_swarm(leader=False)
        self.assertEqual(self.step(stack()), Waiting("waiting for the leader to deploy web"))
        self.world.fake_docker.is_in_swarm(manager=False)
        self.assertEqual(self.step(stack()), Done("a manager deploys them"))
        self.assertEqual(self.world.ran, [])

    def test_is_done_by_another_manager_when_the_leader_has_an_older_image(self) -> None:
        self.world.fake_docker.is_in_swarm(leader=False)
        self.step(stack(), now=0.0)
        self.assertIsInstance(self.step(stack(), now=299.0), Waiting)
        self.assertEqual(self.step(stack(), now=300.0), Acted("deployed web"))

    def test_waits_for_the_storage(self) -> None:
        self.world = Swarm(storage="glusterfs")
        waiting = Waiting("waiting for the storage, before web, db can be deployed")
        self.assertEqual(self.step(stack(), stack("db")), waiting)


class Failing(Stage):
    def test_says_what_docker_says(self) -> None:
        self.world.fails["web"] = "services.web.image must be a string\n"
        self.assertEqual(self.step(stack()), Waiting("web cannot be deployed: services.web.image must be a string"))
        self.assertEqual(self.world.fake_docker.changes, [])

    def test_does_not_hold_up_the_others(self) -> None:
        self.world.fails["bad"] = "no such network"
        listed = [stack("bad"), stack("good"), stack("better")]
        why = "bad cannot be deployed: no such network"
        self.assertEqual(self.step(*listed), Waiting(f"{why}; good, better next"))
        self.assertEqual(self.step(*listed), Acted("deployed good"))
        self.assertEqual(self.step(*listed), Waiting(f"{why}; better next"), "good may have made what bad waits for")
        self.assertEqual(self.step(*listed), Acted("deployed better"))
        for _ in range(5):
            self.assertEqual(self.step(*listed), Waiting(why))
        self.assertEqual(self.world.deployed, ["bad", "good", "bad", "better", "bad"])

    def test_is_tried_again_after_a_growing_pause(self) -> None:
        self.world.fails["bad"] = "no"
        tried = []
        for second in range(100):
            before = len(self.world.ran)
            self.step(stack("bad"), now=float(second))
            tried += [second] if len(self.world.ran) > before else []
        self.assertEqual(tried, [0, 10, 30, 70])

    def test_may_also_be_the_folder_or_the_network(self) -> None:
        listed = [
            stack("a", directories=["/proc/nowhere/a"]),
            stack("b", networks=[{"name": "web"}]),
            stack("c"),
        ]
        self.world.fake_docker.answers["GET /networks"] = [{"Name": "web", "Scope": "local"}]
        self.step(*listed)
        self.step(*listed)
        self.assertEqual(self.step(*listed), Acted("deployed c"))
        said = str(self.step(*listed))
        self.assertIn("a cannot be deployed: [Errno", said)
        self.assertIn("b cannot be deployed: the network web is this node's alone; remove it: docker network rm web", said)

    def test_is_forgotten_when_the_stack_is_another(self) -> None:
        self.world.fails["bad"] = "no"
        self.step(stack("bad", "1"))
        del self.world.fails["bad"]
        self.assertEqual(self.step(stack("bad", "2")), Acted("deployed bad"))


class Remembering(Stage):
    def test_an_older_version_is_not_put_back_and_that_is_said(self) -> None:
        self.world.labels["dlimage.stack.web"] = "new,newer"
        later = "the swarm has a later version than this image of web"
        said = Done(f"2 deployed; {later} (to go back to this one, change a comment in it and build again)")
        self.world.labels["dlimage.stack.db"] = "new"
        self.assertEqual(self.step(stack(), stack("db")), said)

    def test_the_label_stays_short(self) -> None:
        for number in range(HISTORY * 2):
            self.step(stack(version=f"{number:064x}"[::-1]))
        remembered = self.world.labels["dlimage.stack.web"]
        self.assertEqual(len(remembered.split(",")), HISTORY)
        self.assertLess(len(remembered), 1100)
        self.assertEqual(remembered.split(",")[-1], f"{HISTORY * 2 - 1:064x}"[::-1], "in full, as earlier agents look for it")


class Networks(Stage):
    def make(self, network: Dict[str, Any], mtu: str = "") -> List[Any]:
        self.world = Swarm(mtu=mtu)
        self.world.fake_docker.answers["GET /networks"] = [{"Name": "other", "Scope": "swarm"}]
        self.assertEqual(self.step(stack(networks=[{"name": "other"}, network])), Acted("deployed web"))
        return [body for path, body in self.world.fake_docker.changes if path == "/networks/create"]

    def test_that_are_shared_are_made_before_the_stack_and_others_left_alone(self) -> None:
        (made,) = self.make({"name": "web"})
        self.assertEqual((made["Name"], made["Driver"], made["Attachable"]), ("web", "overlay", True))
        self.assertEqual((made["Options"], "IPAM" in made), ({}, False))

    def test_have_the_mtu_of_overlays_on_this_lan(self) -> None:
        (made,) = self.make({"name": "web"}, mtu="1400")
        self.assertEqual(made["Options"], {"com.docker.network.driver.mtu": "1400"})
        (made,) = self.make({"name": "web", "mtu": 1300, "subnet": "10.5.0.0/24", "options": {"encrypted": ""}}, mtu="1400")
        self.assertEqual(made["Options"], {"encrypted": "", "com.docker.network.driver.mtu": "1300"})
        self.assertEqual(made["IPAM"]["Config"], [{"Subnet": "10.5.0.0/24"}])


def version(identity: str, name: str, created: str, namespace: str = "web") -> Dict[str, Any]:
    labels = {"dlimage.versioned": name, "com.docker.stack.namespace": namespace}
    return {"ID": identity, "CreatedAt": created, "Spec": {"Name": f"{namespace}_{name}_{identity}", "Labels": labels}}


class Leftovers(Stage):
    def setUp(self) -> None:
        super().setUp()
        self.world.labels["dlimage.stack.web"] = "new"
        old, new = "2026-01-01T00:00:00.1Z", "2026-01-02T00:00:00.1Z"
        self.world.fake_docker.answers["GET /configs"] = [
            version("unused", "site", old),
            version("used", "site", old),
            version("before", "site", old),
            version("newest", "site", new),
            version("other", "site", old, "db"),
            version("fresh", "page", "2999-01-01T00:00:00.1Z"),
            version("fresher", "page", "2999-01-02T00:00:00.1Z"),
        ]
        self.world.fake_docker.answers["GET /secrets"] = [version("gone", "key", old), version("now", "key", new)]
        self.world.fake_docker.answers["GET /services"] = [
            {"Spec": self.using("used"), "PreviousSpec": self.using("before")},
            {"Spec": {"TaskTemplate": {"ContainerSpec": {}}}},
        ]

    def using(self, config: str) -> Dict[str, Any]:
        return {"TaskTemplate": {"ContainerSpec": {"Configs": [{"ConfigID": config}], "Secrets": None}}}

    def removed(self) -> List[str]:
        return [path for path, _ in self.world.fake_docker.changes]

    def test_go_when_nothing_uses_them_or_would_go_back_to_them(self) -> None:
        said = Acted("removed old versions that no service uses: web_site_unused, web_key_gone")
        self.assertEqual(self.step(stack()), said)
        self.assertEqual(self.removed(), ["/configs/unused", "/secrets/gone"])
        self.assertEqual(self.step(stack(), now=60.0), Done("1 deployed"), "not looked for in every pass")

    def test_stay_when_docker_says_that_they_are_in_use(self) -> None:
        self.world.fake_docker.answers["DELETE /configs/unused"] = DockerError(400, "is in use by the following service")
        self.assertEqual(self.step(stack()), Acted("removed old versions that no service uses: web_key_gone"))

    def test_are_the_leaders_to_remove(self) -> None:
        answers = dict(self.world.fake_docker.answers)
        self.world.fake_docker.is_in_swarm(leader=False)
        self.world.fake_docker.answers["GET /swarm"] = answers["GET /swarm"]
        self.assertEqual(self.step(stack()), Done("1 deployed"))
        self.assertEqual(self.removed(), [])


if __name__ == "__main__":
    unittest.main()
