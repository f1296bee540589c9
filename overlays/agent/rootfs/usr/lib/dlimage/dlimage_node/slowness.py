"""How much longer than usual things may take on this machine just now.

A small board whose cores or card are busy answers late, and is not broken: who gives up on it too early makes more work. The
load counts what waits for a core and what waits for a disk; the kernel's pressure figures are not in every kernel of a
Raspberry Pi. Source: proc(5), /proc/loadavg
"""

from __future__ import annotations

import os

MOST = 4.0
"""However busy: a question that hangs must end."""


def slowness() -> float:
    """1.0 while there is a core for everything that has to be done, up to 4.0 when four times as much waits."""
    return min(MOST, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))
