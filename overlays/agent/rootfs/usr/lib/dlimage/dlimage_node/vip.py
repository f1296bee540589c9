"""The virtual IP, which keepalived looks after."""

from __future__ import annotations

import re
from typing import Iterator, List

from .files import read_text, write_durably
from .world import World

CONFIGURATION = "/etc/keepalived/keepalived.conf"
PASSWORD = "/etc/dlimage/vip-password"
"""Without it a stranger who forges a manager's address takes the virtual IP away. Managers of an earlier version have none."""

PID_FILE = "/run/keepalived.pid"

ROUTES = "/proc/net/fib_trie"
"""The kernel's IPv4 routes. Each address of this host stands in a line of its own, `|-- 192.168.1.5`, and below it
`/32 host LOCAL`. To read it costs a fiftieth of what it costs to start `ip`, which matters several times a minute."""

_PEERS = re.compile(r"(?P<begin>^ *# peers begin\n)(?P<peers>.*?)(?P<end>^ *# peers end\n)", re.MULTILINE | re.DOTALL)


def holds_vip(world: World) -> bool:
    """True when the address is on an interface of this node."""
    return bool(world.settings.vip) and world.settings.vip in _own_addresses(read_text(ROUTES))


def _own_addresses(routes: str) -> Iterator[str]:
    address = ""
    for line in routes.splitlines():
        if "|-- " in line:
            address = line.rpartition("|-- ")[2]
        elif line.endswith("/32 host LOCAL"):
            yield address


def is_candidate(world: World) -> bool:
    """True for nodes whose image has a configuration for keepalived."""
    return bool(world.settings.vip) and bool(read_text(CONFIGURATION))


def update_peers(world: World, with_password: bool) -> bool:
    """Writes the managers of the roster into keepalived's configuration. Returns whether they were others before."""
    text = read_text(CONFIGURATION)
    password = read_text(PASSWORD).strip() if with_password else ""
    wanted = _unicast(world.settings.address, _peer_addresses(world), password)
    match = _PEERS.search(text)
    if match is None or match.group("peers") == wanted:
        return False
    write_durably(CONFIGURATION, text[: match.start("peers")] + wanted + text[match.end("peers") :], 0o600)
    return True


def without_peers(text: str) -> str:
    """keepalived's configuration without what this agent writes into it."""
    return _PEERS.sub("", text)


def has_password() -> bool:
    """True for nodes whose image has a password for what keepalived says."""
    return bool(read_text(PASSWORD))


def is_running() -> bool:
    """True when keepalived's process is there."""
    pid = read_text(PID_FILE).strip()
    return bool(pid) and "keepalived" in read_text(f"/proc/{pid}/comm")


def _unicast(own: str, peers: List[str], password: str) -> str:
    if not peers:
        return ""
    authentication = ["  authentication {\n", "    auth_type PASS\n", f"    auth_pass {password}\n", "  }\n"] if password else []
    return "".join(
        [*authentication, f"  unicast_src_ip {own}\n", "  unicast_peer {\n", *(f"    {peer}\n" for peer in peers), "  }\n"]
    )


def _peer_addresses(world: World) -> List[str]:
    return [peer.address for peer in world.other_managers if peer.address]
