"""A line to another node that stays open. Each question over it is answered with how the node is.

While a cluster assembles, all nodes ask each other every few seconds. ssh for each question, and on the other side a session,
took an emulated board 1.2 s of processor time a question, also over a connection that was shared.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from typing import List, Optional

REQUEST = "watch"
"""Question to the other side. It then answers each line with a line of JSON."""


LONGEST_ANSWER = 1024 * 1024
"""Bytes. A node that says more than that is not heard: it would fill the memory here."""


class Line:
    """Belongs to one thread at a time."""

    def __init__(self, command: List[str]) -> None:
        """`command` opens the line: it takes questions on its standard input and prints the answers."""
        self.command = command
        self._program: Optional[subprocess.Popen[bytes]] = None

    def ask(self, seconds: float) -> Optional[str]:
        """The answer, or None when there is none in that time."""
        was_open = self._program is not None
        answer = self._exchange(seconds)
        # The other side may have been started again since the last question, or has hung up on a line that was silent.
        if answer == "" and was_open:
            answer = self._exchange(seconds)
        return answer or None

    def close(self) -> None:
        program, self._program = self._program, None
        if program is None:
            return
        program.kill()
        program.wait()
        for pipe in (program.stdin, program.stdout):
            if pipe is not None:
                pipe.close()

    def _exchange(self, seconds: float) -> Optional[str]:
        """One question. '' when the other side has hung up, None when it is silent; the line is closed then."""
        try:
            program = self._program = self._program or self._open()
            assert program.stdin is not None and program.stdout is not None
            program.stdin.write(b"\n")
            answer = _read_line(program.stdout.fileno(), time.monotonic() + seconds)
        except OSError:
            answer = ""
        if not answer:
            self.close()
        return answer

    def _open(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(self.command, bufsize=0, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)


def _read_line(descriptor: int, deadline: float) -> Optional[str]:
    """A line; '' at the end of the file, None when the time is over."""
    text = b""
    while not text.endswith(b"\n"):
        if len(text) > LONGEST_ANSWER:
            return ""
        if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return None
        piece = os.read(descriptor, 65536)
        if not piece:
            return ""
        text += piece
    return text.decode("utf-8", "replace")
