"""The one door through which the agent starts other programs."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import time
from typing import IO, Dict, List, NamedTuple, Optional, Sequence

from .slowness import slowness

LARGEST_OUTPUT = 4 * 1024 * 1024
"""Bytes that a program may say. What is behind it may be another machine, which must not fill this one's memory."""

PIECE = 65536

DYING_SECONDS = 5.0
"""Seconds to wait for a program that was killed: one that waits for a dead disk cannot die."""


class Result(NamedTuple):
    """How a program ended. `code` is None when it was stopped because it took too long or said too much, 127 when it is not
    there."""

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


def run(args: List[str], timeout: float = 30, stdin: Optional[str] = None, pass_fds: Sequence[int] = ()) -> Result:
    """Runs a program, in the C locale so that its words can be relied on. Never raises for what the program does.

    `timeout` is in seconds, on a machine that is not busy.
    """
    try:
        program = subprocess.Popen(
            args,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
            pass_fds=pass_fds,
        )
    except FileNotFoundError:
        return Result(127, "", f"{args[0]} is not installed")
    deadline = time.monotonic() + timeout * slowness()
    try:
        said = _converse(program, (stdin or "").encode(), deadline)
        # It may have closed its outputs and go on.
        if said is not None and _has_ended(program, deadline - time.monotonic()):
            return Result(program.returncode, *said)
        return Result(None, "", "" if said is not None or time.monotonic() >= deadline else "it said too much")
    finally:
        if program.returncode is None:
            program.kill()
            _has_ended(program, DYING_SECONDS)
        for pipe in (program.stdin, program.stdout, program.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _converse(program: subprocess.Popen[bytes], text: bytes, deadline: float) -> Optional[List[str]]:
    """Feeds a program and hears what it says: its two outputs, or None when it took too long or said too much."""
    assert program.stdout is not None and program.stderr is not None
    said: Dict[IO[bytes], bytearray] = {program.stdout: bytearray(), program.stderr: bytearray()}
    with selectors.DefaultSelector() as waiting:
        for output in said:
            waiting.register(output, selectors.EVENT_READ)
        if program.stdin is not None:
            os.set_blocking(program.stdin.fileno(), False)
            waiting.register(program.stdin, selectors.EVENT_WRITE)
        while waiting.get_map():
            ready = waiting.select(max(0.0, deadline - time.monotonic()))
            if not ready and time.monotonic() >= deadline:
                return None
            for key, _ in ready:
                pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
                if pipe is program.stdin:
                    text = _write_some(pipe, text)
                    is_over = not text
                else:
                    piece = os.read(pipe.fileno(), PIECE)
                    said[pipe] += piece
                    is_over = not piece
                if is_over:
                    waiting.unregister(pipe)
                    pipe.close()
            if sum(map(len, said.values())) > LARGEST_OUTPUT:
                return None
    return [bytes(output).decode("utf-8", "replace") for output in said.values()]


def _write_some(pipe: IO[bytes], text: bytes) -> bytes:
    """Returns what is still to be written; nothing when the other side reads no more."""
    try:
        return text[os.write(pipe.fileno(), text[:PIECE]) :] if text else b""
    except BlockingIOError:
        return text
    except BrokenPipeError:
        return b""


def _has_ended(program: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        program.wait(max(0.0, seconds))
        return True
    except subprocess.TimeoutExpired:
        return False
