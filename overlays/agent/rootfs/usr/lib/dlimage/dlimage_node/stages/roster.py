"""The list of nodes: takes over newer ones, shows its own to those who have an older one, and makes the node follow."""

from __future__ import annotations

import json

from .. import firewall
from ..files import read_text, write_durably
from ..outcome import Acted, Done, Outcome, Waiting
from ..world import World

HOSTS = "/etc/hosts"


class RosterStage:
    """Keeps the serial of the list whose nodes the firewall lets in."""

    def __init__(self) -> None:
        self._admitted = 0

    def __call__(self, world: World) -> Outcome:
        if world.deep:
            for peer in world.other_managers:
                serial = world.manager_states().get(peer.name, {}).get("serial", world.roster.serial)
                if serial > world.roster.serial:
                    answer = world.ask(peer, "get-roster")
                    if answer and world.adopt_roster(answer["text"], answer["signature"]):
                        return Acted(f"took over the list of {len(world.roster.nodes)} nodes from {peer.name}")
                elif serial < world.roster.serial:
                    own = {"text": world.roster.text, "signature": world.roster.signature}
                    answer = world.ask(peer, "roster", stdin=json.dumps(own))
                    if answer and answer["serial"] == world.roster.serial:
                        return Acted(f"showed {peer.name} the list of {len(world.roster.nodes)} nodes")
        if _complete_hosts(world):
            return Acted("added names to /etc/hosts")
        if self._admitted != world.roster.serial:
            filled = firewall.fill(world.settings, world.roster)
            if not filled.ok:
                return Waiting(f"the firewall: {filled.complaint}")
            self._admitted = world.roster.serial
        return Done(f"{len(world.roster.nodes)} nodes")


def _complete_hosts(world: World) -> bool:
    """Adds the nodes that came later. What else is in the file is the image's or the user's."""
    text = read_text(HOSTS)
    known = {word for line in text.splitlines() for word in line.split("#")[0].split()[1:]}
    missing = [f"{peer.address} {peer.name}" for peer in world.roster.nodes if peer.address and peer.name not in known]
    if not missing:
        return False
    ending = "" if not text or text.endswith("\n") else "\n"
    write_durably(HOSTS, text + ending + "\n".join(missing) + "\n", 0o644)
    return True
