"""The Docker Engine's API over its local socket. Source: https://docs.docker.com/reference/api/engine/

Paths carry no version: every engine answers with the newest that it speaks, and none of the calls here changed
between 20.10 and 29.
"""

from __future__ import annotations

import http.client
import json
import socket
from datetime import datetime, timezone
from typing import Any, BinaryIO, Callable, Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import quote

from .slowness import slowness

SOCKET = "/run/docker.sock"


class DockerError(Exception):
    """The engine refused. `status` is HTTP's; 0 when it did not answer at all."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ManagerView(NamedTuple):
    """The swarm and its nodes, as a manager with a leader sees them."""

    swarm: Dict[str, Any]
    nodes: List[Dict[str, Any]]

    def node(self, node_id: str) -> Dict[str, Any]:
        """The entry of one node, {} when there is none."""
        return next((node for node in self.nodes if node["ID"] == node_id), {})

    def is_leader(self, node_id: str) -> bool:
        return bool((self.node(node_id).get("ManagerStatus") or {}).get("Leader"))


def _exchange(
    method: str, path: str, payload: Any, headers: Dict[str, str], timeout: float
) -> Tuple[http.client.HTTPResponse, str]:
    connection = _LocalConnection("docker", timeout=timeout)
    try:
        connection.request(method, path, payload, headers)
        response = connection.getresponse()
        return response, response.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise DockerError(0, f"Docker does not answer: {error}") from error
    finally:
        connection.close()


def host_name(node: Dict[str, Any]) -> str:
    """The name of a swarm node; '' for one that has not said it yet, or whose joining was cut off."""
    return str((node.get("Description") or {}).get("Hostname") or "")


def is_ready(node: Dict[str, Any]) -> bool:
    return bool(node["Status"]["State"] == "ready")


def age_seconds(node: Dict[str, Any]) -> float:
    """Seconds since the swarm made this entry."""
    # 2026-11-20T18:00:00.123456789Z; Python 3.7 reads neither nanoseconds nor Z.
    created = datetime.strptime(node["CreatedAt"][:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return (datetime.now(timezone.utc) - created).total_seconds()


def _connect(timeout: float) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        channel.settimeout(timeout * slowness())
        channel.connect(SOCKET)
    except OSError:
        channel.close()
        raise
    return channel


class _LocalConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        assert self.timeout is not None
        self.sock = _connect(self.timeout)


class Docker:
    """One call, one connection; may be used from several threads."""

    def __init__(self, may_be_asked: Callable[[], bool] = lambda: True) -> None:
        """`may_be_asked` is false while the engine is stopped: systemd would start it for each question."""
        self._may_be_asked = may_be_asked
        self._member: Optional[Dict[str, Any]] = None

    def call(self, method: str, path: str, body: Any = None, timeout: float = 15) -> Any:
        """Returns the decoded answer, None when it is empty.

        :raises DockerError: when the engine is not there or refuses
        """
        headers = {"Host": "docker"}
        payload: Any = None
        if hasattr(body, "read"):
            payload, headers["Content-Type"] = body, "application/x-tar"
        elif body is not None:
            payload, headers["Content-Type"] = json.dumps(body), "application/json"
        response, text = self._exchange(method, path, payload, headers, timeout)
        if response.status >= 400:
            raise DockerError(response.status, _message(text) or response.reason)
        return _decode(text)

    def is_answered(self, path: str, timeout: float) -> bool:
        """True when the engine answers this question, and does not refuse. For what is asked every few seconds: of the answer
        only the first line is read, `HTTP/1.0 200 OK`."""
        if not self._may_be_asked():
            return False
        try:
            with _connect(timeout) as channel, channel.makefile("rb") as answer:
                channel.sendall(f"GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n".encode("ascii"))
                return answer.readline(200).split()[1:2] == [b"200"]
        except OSError:
            return False

    def local_swarm(self) -> Dict[str, Any]:
        """What the engine knows of its own part in a swarm, as the part `Swarm` of `docker info`.

        Asked every few seconds, and `docker info` starts two programs to find out their versions. So its swarm is asked
        for only when there is news: engines since 23.0 say `active/manager` and the like in a header of every ping.
        """
        state, _, role = self.ping().partition("/")
        if state == "inactive":
            self._member = None
            return {"LocalNodeState": state, "ControlAvailable": False}
        known = self._member
        if state == "active" and known is not None and known["ControlAvailable"] == (role == "manager"):
            return known
        local: Dict[str, Any] = self.call("GET", "/info", timeout=60)["Swarm"]
        self._member = local if local["LocalNodeState"] == "active" else None
        return local

    def ping(self) -> str:
        """The engine's word for its part in a swarm; '' from one that does not say it."""
        # While the engine starts, systemd holds its socket, and nobody answers.
        response, _ = self._exchange("GET", "/_ping", None, {"Host": "docker"}, timeout=5)
        return response.headers.get("Swarm", "")

    def _exchange(
        self, method: str, path: str, payload: Any, headers: Dict[str, str], timeout: float
    ) -> Tuple[http.client.HTTPResponse, str]:
        if not self._may_be_asked():
            raise DockerError(0, "Docker does not run")
        return _exchange(method, path, payload, headers, timeout)

    def _one(self, path: str) -> Dict[str, Any]:
        answer: Dict[str, Any] = self.call("GET", path)
        return answer

    def _all(self, path: str) -> List[Dict[str, Any]]:
        answer: Optional[List[Dict[str, Any]]] = self.call("GET", path)
        return answer or []

    def swarm(self) -> Dict[str, Any]:
        """The swarm as a manager with a leader sees it."""
        return self._one("/swarm")

    def nodes(self) -> List[Dict[str, Any]]:
        return self._all("/nodes")

    def node(self, node_id: str) -> Dict[str, Any]:
        return self._one(f"/nodes/{node_id}")

    def services(self) -> List[Dict[str, Any]]:
        return self._all("/services")

    def networks(self) -> List[Dict[str, Any]]:
        return self._all("/networks")

    def create_network(self, specification: Dict[str, Any]) -> None:
        self.call("POST", "/networks/create", specification, timeout=60)

    def labelled(self, kind: str, label: str) -> List[Dict[str, Any]]:
        """All `configs` or `secrets` of the swarm with that label, whatever its value; without the content of secrets."""
        return self._all(f"/{kind}?filters={quote(json.dumps({'label': [label]}))}")

    def remove(self, kind: str, identity: str) -> None:
        """Removes one of the `configs`, `secrets` or `networks`. Docker refuses when it is in use."""
        self.call("DELETE", f"/{kind}/{identity}")

    def update_node(self, node: Dict[str, Any], spec: Dict[str, Any]) -> None:
        version = node["Version"]["Index"]
        self.call("POST", f"/nodes/{node['ID']}/update?version={version}", spec)

    def remove_node(self, node_id: str) -> None:
        self.call("DELETE", f"/nodes/{node_id}?force=true")

    def update_swarm(self, swarm: Dict[str, Any], spec: Dict[str, Any], rotate_tokens: bool = False) -> None:
        query = f"version={swarm['Version']['Index']}"
        if rotate_tokens:
            query += "&rotateWorkerToken=true&rotateManagerToken=true"
        self.call("POST", f"/swarm/update?{query}", spec, timeout=60)

    def leave(self) -> None:
        self.call("POST", "/swarm/leave?force=true", timeout=60)

    def image(self, reference: str) -> Optional[Dict[str, Any]]:
        try:
            return self._one(f"/images/{quote(reference, safe='/:@')}/json")
        except DockerError as error:
            if error.status == 404:
                return None
            raise

    def load_image(self, archive: BinaryIO) -> str:
        """Reads an archive of images, as `docker load` does. It is streamed. Returns what is wrong with it, or ''."""
        answer = self.call("POST", "/images/load?quiet=1", archive, timeout=1800)
        # The engine has said 200 by the time it finds out: one JSON object a line, the last of them with the error.
        lines = answer.splitlines() if isinstance(answer, str) else [json.dumps(answer)]
        last = _decode(lines[-1]) if lines else None
        return str(last.get("error", "")) if isinstance(last, dict) else ""


def _decode(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError:
        # /images/load answers with one JSON object a line; /swarm/init with a JSON string.
        return text


def _message(text: str) -> str:
    try:
        return str(json.loads(text).get("message", ""))
    except (ValueError, AttributeError):
        return text.strip()
