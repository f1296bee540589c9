"""Services that a person has stopped: nothing starts them again, and everybody is told."""

from __future__ import annotations

import os
import tempfile
import unittest
from typing import List
from unittest import mock

from dlimage_node import services
from dlimage_node.command import Result
from dlimage_node.docker import Docker, DockerError
from dlimage_node.outcome import Done, Noted, Outcome, Stuck
from dlimage_node.stages import services as stage_module
from dlimage_node.stages.services import ServicesStage
from fake_world import FakeWorld, frozen_time

RUNNING = ("dlimage-agent.service", "docker.service", "ssh.service", "chrony.service")


def shown(unit: str, load: str = "loaded", active: str = "inactive", file: str = "enabled", job: str = "") -> str:
    """Source: `systemctl show` of systemd 252; Job is left out when there is none."""
    lines = [f"Id={unit}", f"LoadState={load}", f"ActiveState={active}", f"UnitFileState={file}"]
    return "\n".join([f"Job={job}"] * bool(job) + lines) + "\n"


class StoppedServices(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        patch = mock.patch.object(services, "UNITS", folder.name)
        patch.start()
        self.addCleanup(patch.stop)
        self.folder = folder.name
        for unit in RUNNING:
            self.start(unit)
        self.world = FakeWorld()
        self.stage = ServicesStage()
        self.now = 0.0

    def start(self, unit: str) -> None:
        os.symlink("0123456789abcdef", os.path.join(self.folder, f"invocation:{unit}"))

    def stop(self, unit: str) -> None:
        os.unlink(os.path.join(self.folder, f"invocation:{unit}"))

    def step(self, *units: str) -> Outcome:
        self.now += stage_module.LOOK_SECONDS + 1
        self.world.results["systemctl"] = Result(0, "\n".join(units), "")
        with frozen_time(stage_module, monotonic=self.now):
            return self.stage(self.world)

    def test_no_program_is_started_while_all_run(self) -> None:
        self.assertEqual([self.step(), self.step()], [Done("all run")] * 2)
        self.assertEqual(self.world.ran, [])

    def test_each_way_to_stop_one_is_told_with_the_command_that_starts_it(self) -> None:
        self.stop("docker.service")
        docker = "docker.service"
        for unit, complaint in (
            (shown(docker), "docker.service was stopped: sudo systemctl start docker.service"),
            (shown(docker, file="disabled"), "docker.service is disabled: sudo systemctl enable --now docker.service"),
            (
                shown(docker, load="masked", file="masked"),
                "docker.service is masked: sudo systemctl unmask docker.service && sudo systemctl start docker.service",
            ),
            (
                shown(docker, active="failed"),
                "docker.service has failed (sudo systemctl status docker.service tells why): "
                "sudo systemctl restart docker.service",
            ),
        ):
            self.assertEqual(self.step(unit), Stuck(complaint))
        self.assertEqual({args[1] for args in self.world.ran}, {"show"}, "nothing is started")

    def test_one_that_starts_by_itself_is_nobody_s_doing(self) -> None:
        self.stop("docker.service")
        for unit in (shown("docker.service", active="activating"), shown("docker.service", job="17"), ""):
            self.assertEqual(self.step(unit), Done("all run"))

    def test_one_of_several_is_enough(self) -> None:
        self.stop("ssh.service")
        socket = shown("ssh.socket", active="active")
        self.assertEqual(self.step(shown("ssh.service", file="disabled"), socket), Done("all run"))
        stopped = self.step(shown("ssh.service"), shown("ssh.socket", load="not-found"), shown("sshd.service", load="not-found"))
        self.assertEqual(stopped, Noted("ssh.service was stopped: sudo systemctl start ssh.service"), "the node does its work")
        self.assertEqual(self.step(shown("ssh.service", load="not-found")), Done("all run"))

    def test_what_only_this_node_has_is_looked_at_too(self) -> None:
        world = FakeWorld(storage="glusterfs", mount_point="/mnt/cluster", http_port="9280", vip="10.0.0.100")
        with mock.patch.object(stage_module, "is_candidate", lambda world: True):
            wanted = [names[0] for names in stage_module.wanted_services(world)]
        self.assertEqual(
            wanted,
            [
                *("docker.service", "glusterd.service", "dlimage-storage.service", "keepalived.service"),
                *("ssh.service", "chrony.service", "dlimage-page.service"),
            ],
        )

    def test_systemd_is_asked_no_more_often_than_needed(self) -> None:
        self.stop("docker.service")
        self.step(shown("docker.service"))
        with frozen_time(stage_module, monotonic=self.now + 1):
            self.assertIsInstance(self.stage(self.world), Stuck)
        self.assertEqual(len(self.world.ran), 1)

    def test_docker_is_asked_nothing_while_it_is_stopped(self) -> None:
        """systemd holds its socket, and would start it for the question."""
        asked: List[str] = []
        docker = Docker(may_be_asked=lambda: services.may_be_asked(services.DOCKER))
        with mock.patch("dlimage_node.docker._connect", lambda timeout: asked.append("connect") or self.fail()):
            self.stop("docker.service")
            with self.assertRaises(DockerError):
                docker.ping()
            with self.assertRaises(DockerError):
                docker.swarm()
            self.assertFalse(docker.is_answered("/_ping", 1))
        self.assertEqual(asked, [])

    def test_docker_is_asked_where_systemd_does_not_say_what_runs(self) -> None:
        for unit in RUNNING:
            self.stop(unit)
        self.assertTrue(services.may_be_asked(services.DOCKER))


if __name__ == "__main__":
    unittest.main()
