"""Fills the sets of the firewall, whose rules stand in /usr/lib/dlimage/firewall.nft.

dlimage-firewall.service starts this before the network is up; the agent calls `fill` again when it takes over a newer
roster. One transaction: at no moment is a set half filled.
"""

from __future__ import annotations

import ipaddress
import json
import re
import sys
from typing import Any, Dict, Iterable, List

from .command import Result, run
from .files import read_text
from .roster import Roster, read_roster
from .settings import Settings, read_settings

DOCKER = "/etc/docker/daemon.json"
DEFAULT_POOLS = ["172.17.0.0/12"]
BRIDGE = re.compile(r"[A-Za-z0-9_.-]{1,15}")
"""A name of an interface. Source: Linux, dev_valid_name"""

PORTS = re.compile(r"([0-9]{1,5}(?:-[0-9]{1,5})?)/(tcp|udp)")


def peers_of(settings: Settings, roster: Roster) -> List[str]:
    """Addresses and networks from which the cluster's own ports are open."""
    addresses = [node.address for node in roster.nodes if node.address]
    joined = [word.rpartition(":")[0] for word in settings.words("swarm_join_addresses")]
    # A node with an address from DHCP, or one of a swarm that dlimage did not make, may be anywhere on the LAN.
    if joined or len(addresses) < len(roster.nodes):
        addresses.append(settings.subnet)
    return sorted({word for word in addresses + joined if is_ipv4(word)})


def open_ports(settings: Settings, protocol: str) -> List[str]:
    """Ports and ranges that are open to everyone, for `tcp` or `udp`. What cannot be read opens nothing."""
    words = settings.words("open_ports")
    if settings.http_port:
        words.append(f"{settings.http_port}/tcp")
    found = (PORTS.fullmatch(word) for word in words)
    return sorted({match.group(1) for match in found if match and match.group(2) == protocol})


def transaction(settings: Settings, roster: Roster) -> str:
    """Commands for nft that bring the sets to their right contents, and do nothing else."""
    docker = read_docker()
    page = [f"80 : {settings.http_port}"] if settings.http_port else []
    peers = peers_of(settings, roster)
    parts = [
        replace("set", "peers", peers),
        replace("set", "nodes", sorted({*peers, *([settings.vip] if is_ipv4(settings.vip) else [])})),
        replace("set", "open_tcp", open_ports(settings, "tcp")),
        replace("set", "open_udp", open_ports(settings, "udp")),
        replace("set", "lan", [f'"{settings.interface}"'] if settings.interface else []),
        replace("set", "bridges", [f'"{name}"' for name in bridges_of(docker)]),
        replace("set", "containers", networks_of(docker)),
        replace("set", "data_path", settings.words("swarm_data_path_port")),
        replace("map", "page", page),
    ]
    return "".join(parts)


def read_docker() -> Dict[str, Any]:
    """Docker's own settings; none when they cannot be read, with which it does not start either."""
    try:
        content = json.loads(read_text(DOCKER))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def bridges_of(docker: Dict[str, Any]) -> List[str]:
    """Bridges that Docker gives a name of its own."""
    own = str(docker.get("bridge") or "")
    names = {"docker0", "docker_gwbridge"}
    if BRIDGE.fullmatch(own) and own != "none":
        names.add(own)
    return sorted(names)


def networks_of(docker: Dict[str, Any]) -> List[str]:
    """Networks that Docker makes by itself. Source: dockerd(8), default-address-pools and bip"""
    pools = docker.get("default-address-pools")
    bases: List[Any] = (
        [pool.get("base") for pool in pools if isinstance(pool, dict)] if isinstance(pools, list) else [*DEFAULT_POOLS]
    )
    networks = [str(base) for base in [*bases, docker.get("bip")] if base and is_ipv4(str(base))]
    return sorted({str(ipaddress.IPv4Network(network, strict=False)) for network in networks})


def replace(kind: str, name: str, elements: Iterable[str]) -> str:
    """Empties a set, then adds these elements."""
    listed = ", ".join(elements)
    add = f"add element inet dlimage {name} {{ {listed} }}\n" if listed else ""
    return f"flush {kind} inet dlimage {name}\n{add}"


def fill(settings: Settings, roster: Roster) -> Result:
    """Puts the sets right. Fails, and changes nothing, where the firewall is not loaded."""
    return run(["nft", "--file", "-"], stdin=transaction(settings, roster))


def rules() -> str:
    """The rules as the kernel has them, without what they have counted; '' when there are none."""
    listed = run(["nft", "--stateless", "list", "table", "inet", "dlimage"])
    return listed.out if listed.ok else ""


def is_ipv4(word: str) -> bool:
    try:
        ipaddress.IPv4Network(word, strict=False)
    except ValueError:
        return False
    return True


def main() -> int:
    result = fill(read_settings(), read_roster())
    if not result.ok:
        print(f"firewall: the cluster's ports stay closed: {result.complaint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
