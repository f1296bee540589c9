"""Questions of this node to its own Docker engine about the swarm."""

from __future__ import annotations

import os
import ssl
import time
from typing import Any, Dict, List, Optional

from ..docker import DockerError
from ..world import World

PORT = 2377
CERTIFICATE = "/var/lib/docker/swarm/certificates/swarm-node.crt"
SECOND_NS = 1_000_000_000
ROTATION_SECONDS = 30.0


def init_swarm(world: World) -> None:
    """Founds a swarm with the settings that can only be made now, on the node's static address: an interface's name
    would be ambiguous on the node that holds the virtual IP."""
    settings = world.settings
    world.docker.call(
        "POST",
        "/swarm/init",
        {
            "ListenAddr": f"{settings.address}:{PORT}",
            "AdvertiseAddr": settings.address,
            "DataPathPort": int(settings.swarm_data_path_port),
            "DefaultAddrPool": settings.words("swarm_address_pools"),
            "SubnetSize": int(settings.swarm_subnet_prefix_length),
            "Spec": {
                "Name": "default",
                "Labels": {"dlimage.cluster": settings.cluster_id},
                "CAConfig": {"NodeCertExpiry": _certificate_seconds(world) * SECOND_NS},
                "Dispatcher": {"HeartbeatPeriod": 5 * SECOND_NS},
            },
        },
        timeout=120,
    )


def force_new_cluster(world: World) -> None:
    """Makes this manager the only one of its swarm; services, networks and secrets stay."""
    address = world.settings.address
    body = {"ForceNewCluster": True, "ListenAddr": f"{address}:{PORT}", "AdvertiseAddr": address}
    world.docker.call("POST", "/swarm/init", {**body, "Spec": {}}, timeout=120)


def join_swarm(world: World, token: str, addresses: List[str]) -> None:
    """Joins. Docker goes on by itself when it takes longer than its own limit of 20 seconds."""
    body: Dict[str, Any] = {"RemoteAddrs": addresses, "JoinToken": token}
    if world.settings.address:
        body["ListenAddr"] = f"{world.settings.address}:{PORT}"
        body["AdvertiseAddr"] = world.settings.address
    try:
        world.docker.call("POST", "/swarm/join", body, timeout=60)
    except DockerError as error:
        if "background" not in str(error):
            raise


def leave_swarm(world: World) -> None:
    """Gives up this node's part in its swarm, whatever state that is in."""
    try:
        world.docker.leave()
    except DockerError as error:
        # What is left of a swarm that never came up is gone as well when Docker says so.
        if "not part of a swarm" not in str(error):
            raise


def far_certificates(world: World) -> bool:
    """Docker gives the founder a certificate of 90 days, whatever validity the swarm has. Renews the swarm's authority,
    which renews the node's certificate too; has to happen before any token is given away, as the token changes with it.

    Source: moby/swarmkit ca/certificates.go (DefaultNodeCertExpiration).

    :returns: whether it had to
    """
    wanted = _certificate_seconds(world)
    seconds = certificate_seconds()
    if seconds is None or seconds > wanted / 2:
        return False
    swarm = world.docker.swarm()
    # Begun anew, it would take a slow board as long again.
    if not swarm.get("RootRotationInProgress"):
        spec = swarm["Spec"]
        spec["CAConfig"] = {**spec.get("CAConfig", {}), "NodeCertExpiry": wanted * SECOND_NS}
        spec["CAConfig"]["ForceRotate"] = spec["CAConfig"].get("ForceRotate", 0) + 1
        world.docker.update_swarm(swarm, spec)
    limit = time.monotonic() + ROTATION_SECONDS
    while time.monotonic() < limit:
        time.sleep(0.3)
        renewed = certificate_seconds()
        if renewed is not None and renewed > wanted / 2 and not world.docker.swarm().get("RootRotationInProgress"):
            return True
    raise DockerError(0, "the certificates are not renewed yet")


def certificate_seconds() -> Optional[float]:
    """Validity of the node's own certificate, from now on; None when it has none."""
    if not os.path.exists(CERTIFICATE):
        return None
    # Undocumented, but there since Python 2.6 and what its own tests use; the alternative is starting openssl.
    decode = getattr(ssl, "_ssl")._test_decode_cert  # noqa: B009
    return float(ssl.cert_time_to_seconds(decode(CERTIFICATE)["notAfter"])) - time.time()


def _certificate_seconds(world: World) -> int:
    return int(world.settings.swarm_certificate_hours) * 3600
