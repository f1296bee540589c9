"""engine_agent.py   the agent's own code on a node that has a real engine, for scripts of the tests."""

import sys
import time

from dlimage_node import requests
from dlimage_node.deployment import leftovers
from dlimage_node.outcome import Acted
from dlimage_node.stages.stacks import StacksStage
from dlimage_node.swarm.engine import init_swarm
from dlimage_node.swarm.networks import ensure_bridge, ensure_ingress, overlay_options
from dlimage_node.world import real_world


def found():
    """Founds a swarm of one node, as the founder does."""
    world = real_world()
    ensure_bridge(world)
    init_swarm(world)
    while not any(node["Status"]["State"] == "ready" for node in world.docker.nodes()):
        time.sleep(0.2)
    while not has_ingress(world):
        ensure_ingress(world, world.manager_view())
        time.sleep(0.2)
    world.acceptor.decide(world.docker.swarm()["ID"])


def has_ingress(world):
    """The network of published ports is there, with the options of the definition."""
    options = [network["Options"] or {} for network in world.docker.networks() if network["Name"] == "ingress"]
    return any(set(overlay_options(world.settings).items()) <= set(one.items()) for one in options)


def stacks():
    """Lets the stage of the stacks work until it has nothing to do at once, and prints what it says."""
    world, stage, said = real_world(), StacksStage(), []
    while not said or isinstance(said[-1], Acted) or " next" in said[-1].text:
        world.begin_pass(True)
        said.append(stage(world))
    print("\n".join(outcome.text for outcome in said))


def clean():
    """Removes old versions however young they are, and prints their names."""
    leftovers.KEEP_SECONDS = 0.0
    print(*leftovers.remove_leftovers(real_world()))


def promote(caller, node_id):
    """What a manager answers to a node that asks to become one."""
    try:
        print(requests.answer(real_world(), caller, f"promote {node_id}", ""))
    except (requests.Refused, PermissionError) as error:
        print(error)


{"found": found, "stacks": stacks, "clean": clean, "promote": promote}[sys.argv[1]](*sys.argv[2:])
