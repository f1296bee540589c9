"""Who belongs to the cluster: a list that the builder signed.

A node that is added later brings a newer list with it. The signature makes that safe, and is why a cluster grows
without anyone touching the nodes that are there: whoever sees a newer list that the cluster's own authority has
signed takes it over.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Optional

from .command import run
from .files import read_text, write_durably

BAKED = "/etc/dlimage/roster.json"
ADOPTED = "/var/lib/dlimage/roster.json"
AUTHORITY = "/etc/dlimage/ca.pem"

SMALL = 4096
"""Bytes that every pipe holds at the least."""


@dataclass(frozen=True)
class Peer:
    """A node of the cluster, this one included. `address` is '' when it comes from DHCP."""

    name: str
    index: int
    role: str
    address: str
    stores_data: bool
    arbiter: bool
    gluster_uuid: str
    labels: Dict[str, str] = field(default_factory=dict)
    """Those of the definition, for placing services."""
    tls_name: str = ""
    """In its certificate for GlusterFS; '' for its name, which is what it is until its keys were revoked once."""


@dataclass(frozen=True)
class Revoked:
    """Keys that a node had. `ssh_keys` are public ones without their comments; the name may be another card's by now."""

    name: str
    ssh_keys: List[str]
    tls_name: str
    gluster_uuid: str


@dataclass(frozen=True)
class Roster:
    """All nodes in the order of their index, and the signed text that says so."""

    cluster_id: str
    serial: int
    nodes: List[Peer]
    text: str
    signature: str
    revoked: List[Revoked] = field(default_factory=list)
    """None in the lists of older builders."""

    @property
    def managers(self) -> List[Peer]:
        return [node for node in self.nodes if node.role == "manager"]

    @property
    def storage_nodes(self) -> List[Peer]:
        return [node for node in self.nodes if node.stores_data]

    def find(self, name: str) -> Optional[Peer]:
        return next((node for node in self.nodes if node.name == name), None)


def parse_roster(text: str, signature: str) -> Roster:
    """Reads the text; says nothing about whether it may be believed."""
    content = json.loads(text)
    nodes = [
        Peer(
            name=node["name"],
            index=node["index"],
            role=node["role"],
            address=node["address"] or "",
            stores_data=node["stores_data"],
            arbiter=node["arbiter"],
            gluster_uuid=node["gluster_uuid"],
            labels=node.get("labels") or {},
            tls_name=node.get("tls_name") or "",
        )
        for node in content["nodes"]
    ]
    revoked = [
        Revoked(keys["name"], keys["ssh_keys"], keys["tls_name"], keys["gluster_uuid"]) for keys in content.get("revoked") or []
    ]
    return Roster(content["cluster_id"], content["serial"], nodes, text, signature, revoked)


def is_signed(text: str, signature: str, authority: str = AUTHORITY) -> bool:
    """True when the cluster's authority signed exactly this text (ECDSA with SHA-256). Writes no file: disks are full."""
    key = run(["openssl", "x509", "-in", authority, "-pubkey", "-noout"])
    try:
        decoded = base64.b64decode(signature, validate=False)
    except ValueError:
        return False
    if not key.ok:
        return False
    with _as_file(key.out.encode()) as key_file, _as_file(decoded) as signature_file:
        verify = ["openssl", "dgst", "-sha256", "-verify", name_of(key_file), "-signature", name_of(signature_file)]
        return run(verify, stdin=text, pass_fds=(key_file, signature_file)).ok


@contextlib.contextmanager
def _as_file(content: bytes) -> Iterator[int]:
    """A pipe that holds a few hundred bytes, which another program can open like a file. Source: pipe(7), pipe capacity"""
    reader, writer = os.pipe()
    try:
        with open(writer, "wb") as file:
            file.write(content[:SMALL])
        yield reader
    finally:
        os.close(reader)


def name_of(descriptor: int) -> str:
    return f"/dev/fd/{descriptor}"


def read_roster() -> Roster:
    """The newest list that this node has: the one in its image, or one that it took over since."""
    baked = parse_roster(read_text(BAKED), read_text(signature_of(BAKED)))
    text = read_text(ADOPTED)
    if not text:
        return baked
    try:
        adopted = parse_roster(text, read_text(signature_of(ADOPTED)))
        return adopted if supersedes(adopted, baked) else baked
    except (ValueError, KeyError, TypeError, OSError):
        return baked


def supersedes(offered: Roster, present: Roster) -> bool:
    """True when the offered list is newer, of the same cluster, and signed."""
    return (
        offered.cluster_id == present.cluster_id
        and offered.serial > present.serial
        and is_signed(offered.text, offered.signature)
    )


def keep_roster(roster: Roster) -> None:
    """Keeps a list that was taken over. The signature first: a text without its signature is not believed."""
    write_durably(signature_of(ADOPTED), roster.signature, 0o644)
    write_durably(ADOPTED, roster.text, 0o644)


def signature_of(path: str) -> str:
    return path.replace(".json", ".sig")
