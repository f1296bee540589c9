"""Figures of the node itself: read each time the record is written, from files that cost nothing to read."""

from __future__ import annotations

import glob
import os
import platform
import time
from typing import Dict, Optional, Union

Figures = Dict[str, Union[float, str]]

THERMAL = "/sys/class/thermal/thermal_zone*/temp"
"""Thousandths of a degree Celsius. Source: Documentation/driver-api/thermal/sysfs-api.rst of Linux"""


def read_figures(root: str = "/") -> Figures:
    """What this machine lets be read: `started` (seconds since 1970), `celsius`, `memory_bytes` and `memory_free_bytes`,
    `disk_bytes` and `disk_free_bytes` of the root file system, `system`, `kernel`. A figure that is not to be had is left out.
    """
    disk = os.statvfs(root)
    memory = _memory()
    figures = {
        "started": round(time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)),
        "celsius": _celsius(),
        "memory_bytes": memory.get("MemTotal"),
        "memory_free_bytes": memory.get("MemAvailable"),
        "disk_bytes": disk.f_blocks * disk.f_frsize,
        "disk_free_bytes": disk.f_bavail * disk.f_frsize,
        "system": _system(),
        "kernel": platform.release(),
    }
    return {name: value for name, value in figures.items() if value is not None}


def _celsius() -> Optional[float]:
    """Of the hottest sensor."""
    found = []
    for path in glob.glob(THERMAL):
        try:
            with open(path, encoding="ascii") as file:
                found.append(int(file.read()) / 1000)
        except (OSError, ValueError):
            continue
    return round(max(found), 1) if found else None


def _memory() -> Dict[str, int]:
    """/proc/meminfo in bytes. Source: proc_meminfo(5)"""
    with open("/proc/meminfo", encoding="ascii") as lines:
        words = [line.split() for line in lines]
    return {line[0].rstrip(":"): int(line[1]) * 1024 for line in words if line[2:] == ["kB"]}


def _system() -> Optional[str]:
    """The name that the distribution gives itself. Source: os-release(5)"""
    try:
        with open("/etc/os-release", encoding="utf-8") as lines:
            named = [line.partition("=")[2] for line in lines if line.startswith("PRETTY_NAME=")]
    except OSError:
        return None
    return named[0].strip().strip("\"'") if named else None
