"""Keys that the signed list of nodes revokes: of a card that was stolen, or of a node that was dismissed.

A revoked key may be another card's name by now, so what counts are keys. sshd and ssh refuse them by a file, also when a
certificate vouches for them; GlusterFS goes by the names in certificates, which new keys never share with former ones.
"""

from __future__ import annotations

from typing import List

from .files import read_text, write_durably
from .roster import Revoked, Roster
from .world import World

KEYS = "/etc/dlimage/ssh/revoked_keys"

LINES = ["^sshd(-session)?: root", "^ssh: /run/dlimage/ssh-"]
"""Logins of the other nodes, and the lines from here to them. Both are opened again at once, by those who may."""


def refuse_revoked(world: World) -> List[str]:
    """Makes ssh and sshd refuse what the list revokes. Returns the names of those whose keys are new to the file."""
    text, present = text_of(world.roster), _read_text(KEYS)
    if text == present:
        return []
    write_durably(KEYS, text, 0o644)
    known = set(present.splitlines())
    names = sorted({keys.name for keys in world.roster.revoked if not known.issuperset(keys.ssh_keys)})
    if names:
        # Who has logged in already is not asked for its key again.
        for line in LINES:
            world.run(["pkill", "-f", line])
    return names


def text_of(roster: Roster) -> str:
    """As the builder writes it. Never empty: with a file that it cannot read sshd refuses everybody."""
    lines = sorted(key for keys in roster.revoked for key in keys.ssh_keys)
    return "\n".join(["# Keys that the signed list of nodes revokes.", *lines]) + "\n"


def is_dismissed(roster: Roster, name: str) -> bool:
    """True for a name that is no node's any more. A node of a newer list that is not known here yet is none."""
    return roster.find(name) is None and any(keys.name == name for keys in roster.revoked)


def former_members(roster: Roster) -> List[Revoked]:
    """Those whose place in GlusterFS's pool nobody took."""
    present = {node.gluster_uuid for node in roster.nodes}
    return [keys for keys in roster.revoked if keys.gluster_uuid not in present]


def _read_text(path: str) -> str:
    try:
        return read_text(path)
    except (OSError, ValueError):
        return ""
