"""Mounts, as the kernel lists them: the mounts themselves are not touched, since a dead one would hang."""

from __future__ import annotations

import os
import subprocess
import time
from typing import Callable, List, Optional


def is_mounted(target: str, mounts: str = "/proc/self/mounts") -> bool:
    return mounted_source(target, mounts) is not None


def mounted_source(target: str, mounts: str = "/proc/self/mounts") -> Optional[str]:
    """The mount at a directory (the topmost, if there are several), or None."""
    source = None
    with open(mounts, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            words = line.split(" ")
            if words[1] == target:
                source = words[0]
    return source


def arguments_of(pid: int) -> List[str]:
    """The arguments of a process; none when it has ended."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode("utf-8", "replace").split("\0")[:-1]
    except OSError:
        return []


class ServerProcess:
    """A process, known by its arguments. All processes are looked through only when it is no longer the one that it was."""

    def __init__(self) -> None:
        self._pid: Optional[int] = None

    def is_there(self, serves: Callable[[List[str]], bool]) -> bool:
        if self._pid is None or not serves(arguments_of(self._pid)):
            self._pid = find_process(serves)
        return self._pid is not None


def find_process(serves: Callable[[List[str]], bool]) -> Optional[int]:
    """The first process with such arguments."""
    pids = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return next((pid for pid in pids if serves(arguments_of(pid))), None)


def answers(target: str, seconds: float) -> bool:
    """True when what is mounted answers in time. One that hangs cannot be killed, so nobody waits for its end."""
    asking = subprocess.Popen(
        ["stat", "--file-system", target],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + seconds
    while asking.poll() is None:
        if time.monotonic() > deadline:
            asking.kill()
            return False
        time.sleep(0.05)
    return asking.returncode == 0


def serves_mount(arguments: List[str], target: str) -> bool:
    """True for the glusterfs process behind a mount; its last argument is where."""
    return bool(arguments) and os.path.basename(arguments[0]) == "glusterfs" and arguments[-1] == target


def serves_brick(arguments: List[str], brick: str) -> bool:
    """True for the glusterfsd process that serves a brick."""
    if not arguments or os.path.basename(arguments[0]) != "glusterfsd" or "--brick-name" not in arguments:
        return False
    return arguments[arguments.index("--brick-name") + 1] == brick
