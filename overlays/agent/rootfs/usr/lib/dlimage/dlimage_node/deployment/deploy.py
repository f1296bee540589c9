"""Deploys one stack."""

from __future__ import annotations

import os
from typing import Optional

from ..docker import DockerError
from ..swarm.labels import set_swarm_labels
from ..world import World
from .history import label_with
from .networks import NetworkProblem, ensure_networks
from .wanted import Stack

FOLDER = "/etc/dlimage/stacks"
DEPLOY_SECONDS = 300.0


def deploy(world: World, stack: Stack) -> Optional[str]:
    """Makes what the stack needs, deploys it, and remembers that in the swarm. Returns why it could not, or None."""
    try:
        ensure_directories(stack)
        ensure_networks(world, stack.networks)
    except (OSError, NetworkProblem, DockerError) as error:
        return str(error)
    files = [word for file in stack.files for word in ("--compose-file", os.path.join(FOLDER, file))]
    command = ["docker", "stack", "deploy", "--resolve-image", stack.resolve_image, *files, stack.name]
    result = world.run(command, timeout=DEPLOY_SECONDS)
    if not result.ok:
        return result.complaint
    # The deployment has changed the swarm's version.
    swarm = world.docker.swarm()
    set_swarm_labels(world, swarm, label_with(stack, swarm))
    return None


def ensure_directories(stack: Stack) -> None:
    """Makes the folders of bind mounts: a swarm refuses a task whose folder is missing.

    :raises OSError: when the storage does not let it
    """
    for path in stack.directories:
        # What is there may be a file, which can be mounted as well.
        if not os.path.lexists(path):
            os.makedirs(path)
