"""The list of nodes: takes over newer ones, shows its own to those who have an older one, and makes the node follow, also in
whose keys it refuses."""

from __future__ import annotations

import json

from ..files import read_text, write_durably
from ..outcome import Acted, Done, Outcome
from ..revocation import refuse_revoked
from ..world import World

HOSTS = "/etc/hosts"


def step(world: World) -> Outcome:
    refused = refuse_revoked(world)
    if refused:
        return Acted(f"refuses the former keys of {', '.join(refused)}")
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
    if _follow_in_hosts(world):
        return Acted("wrote the nodes into /etc/hosts")
    return Done(f"{len(world.roster.nodes)} nodes")


def _follow_in_hosts(world: World) -> bool:
    """Adds the nodes that came later, and gives those that moved their address. What else is in the file is the image's or the
    user's; a line with an address and the name of a node alone is one that dlimage wrote."""
    text = read_text(HOSTS)
    addresses = {peer.name: peer.address for peer in world.roster.nodes if peer.address}
    lines, known = [], set()
    for line in text.splitlines():
        words = line.split("#")[0].split()
        known.update(words[1:])
        moved = len(words) == 2 and addresses.get(words[1], words[0]) != words[0]
        lines.append(f"{addresses[words[1]]} {words[1]}" if moved else line)
    lines += [f"{address} {name}" for name, address in addresses.items() if name not in known]
    if lines == text.splitlines():
        return False
    write_durably(HOSTS, "\n".join(lines) + "\n", 0o644)
    return True
