"""Who belongs to the cluster: a list that the builder signed.

A node that is added later brings a newer list with it. The signature makes that safe, and is why a cluster grows
without anyone touching the nodes that are there: whoever sees a newer list that the cluster's own authority has
signed takes it over.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from typing import Dict, List, Optional

from .files import read_text, write_durably

BAKED = "/etc/dlimage/roster.json"
ADOPTED = "/var/lib/dlimage/roster.json"
AUTHORITY = "/etc/dlimage/ca.pem"


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


@dataclass(frozen=True)
class Roster:
    """All nodes in the order of their index, and the signed text that says so."""

    cluster_id: str
    serial: int
    nodes: List[Peer]
    text: str
    signature: str

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
        )
        for node in content["nodes"]
    ]
    return Roster(content["cluster_id"], content["serial"], nodes, text, signature)


def is_signed(text: str, signature: str, authority: str = AUTHORITY) -> bool:
    """True when the cluster's authority signed exactly this text (ECDSA with SHA-256)."""
    with tempfile.TemporaryDirectory() as folder:
        key = subprocess.run(
            ["openssl", "x509", "-in", authority, "-pubkey", "-noout"], stdout=subprocess.PIPE, check=True
        ).stdout
        try:
            decoded = base64.b64decode(signature, validate=False)
        except ValueError:
            return False
        for name, content in (("key", key), ("signature", decoded)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        verify = ["openssl", "dgst", "-sha256", "-verify", os.path.join(folder, "key")]
        verify += ["-signature", os.path.join(folder, "signature")]
        return subprocess.run(verify, input=text.encode(), stdout=subprocess.DEVNULL, check=False).returncode == 0


def read_roster() -> Roster:
    """The newest list that this node has: the one in its image, or one that it took over since."""
    baked = parse_roster(read_text(BAKED), read_text(signature_of(BAKED)))
    text = read_text(ADOPTED)
    if not text:
        return baked
    try:
        adopted = parse_roster(text, read_text(signature_of(ADOPTED)))
        return adopted if supersedes(adopted, baked) else baked
    except (ValueError, KeyError, OSError):
        # On a full disk no signature can be checked, and the node has to come up all the same.
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
