"""Tells people at the screen, at the serial console and at the login how the node is, when that changes."""

from __future__ import annotations

import os
from typing import Any, Dict, List

from .command import run
from .report import Report, plain

ISSUE = "/run/issue.d/dlimage.issue"
"""Shown by agetty above the login prompt. Source: agetty(8)"""

MOTD = "/run/dlimage/motd"
"""Shown after the login, by /etc/update-motd.d/20-dlimage."""

ACTIVE_CONSOLES = "/sys/class/tty/console/active"


class Console:
    """Remembers what it told last, so that nothing is told twice."""

    def __init__(self) -> None:
        self._told = ""

    def show(self, record: Dict[str, Any]) -> None:
        """Call it with every record; most of the time it does nothing."""
        line = console_line(record)
        if line == self._told:
            return
        self._told = line
        text = "\n".join(three_lines(record)) + "\n"
        write(MOTD, text)
        write(ISSUE, escape(text) + "\n")
        for console in consoles():
            say(console, line)
        # A prompt that waits is written again, with the new words above it.
        run(["agetty", "--reload"], timeout=5)


def words_of(record: Dict[str, Any]) -> str:
    """State of the node, and for an assembled one the number of others that are there."""
    return Report(record, "").headline


def console_line(record: Dict[str, Any]) -> str:
    """For a log: who, where, and how it is."""
    return plain(f"dlimage: {record['node']} {record['address'] or 'without an address'}: {words_of(record)}")


def three_lines(record: Dict[str, Any]) -> List[str]:
    """For a person: who, where, how it is."""
    vip = record["vip"]
    where = record["address"] or "no address yet"
    if vip:
        where += f", virtual IP {vip['address']}{' (here)' if vip['holds'] else ''}"
    return [plain(line) for line in (f"{record['node']} of {record['cluster']}", where, words_of(record))]


def escape(text: str) -> str:
    """agetty gives a backslash a meaning, unless there are two."""
    return text.replace("\\", "\\\\")


def consoles() -> List[str]:
    """The devices on which the kernel itself talks: `tty0 ttyS0` is the screen and a serial port."""
    try:
        with open(ACTIVE_CONSOLES, encoding="ascii") as file:
            return [f"/dev/{name}" for name in file.read().split()]
    except OSError:
        return []


def say(console: str, line: str) -> None:
    """Prints a line, unless the terminal does not take it at once: the agent waits for no modem."""
    try:
        device = os.open(console, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return
    try:
        os.write(device, f"\r\n{line}\r\n".encode())
    except OSError:
        pass
    finally:
        os.close(device)


def write(path: str, text: str) -> None:
    """Replaces a file in /run, which everyone may read."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path + ".new", 0o644)
    os.replace(path + ".new", path)
