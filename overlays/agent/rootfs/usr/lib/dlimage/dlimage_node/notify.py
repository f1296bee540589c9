"""Telling systemd. Source: sd_notify(3)"""

from __future__ import annotations

import os
import socket


def notify(message: str) -> None:
    """Sends lines like READY=1 or STATUS=...; does nothing when systemd did not start us."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(message.encode(), address)
