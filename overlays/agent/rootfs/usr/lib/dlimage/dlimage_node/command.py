"""The one door through which the agent starts other programs."""

from __future__ import annotations

import os
import subprocess
from typing import List, NamedTuple, Optional


class Result(NamedTuple):
    """How a program ended. `code` is None when it was stopped because it took too long, 127 when it is not there."""

    code: Optional[int]
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def complaint(self) -> str:
        """The last thing it said, for a message."""
        lines = (self.err.strip() or self.out.strip()).splitlines()
        if lines:
            return lines[-1].strip()
        return "no answer in time" if self.code is None else f"exit code {self.code}"


def run(args: List[str], timeout: float = 30, stdin: Optional[str] = None) -> Result:
    """Runs a program, in the C locale so that its words can be relied on. Never raises for what the program does."""
    try:
        done = subprocess.run(
            args,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=timeout,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        return Result(None, "", "")
    except FileNotFoundError:
        return Result(127, "", f"{args[0]} is not installed")
    return Result(done.returncode, done.stdout, done.stderr)
