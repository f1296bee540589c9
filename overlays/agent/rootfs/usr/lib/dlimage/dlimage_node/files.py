"""Files that must be whole after a power cut."""

from __future__ import annotations

import os


def write_durably(path: str, text: str, mode: int = 0o600) -> None:
    """Replaces a file: whoever reads it, also after a power cut, finds the old text or the new one.

    :raises OSError: when the disk is full; the old text stays
    """
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    temporary = path + ".new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    # The file object writes until all is written, where one write to a disk that is nearly full may end early.
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(text.encode())
        file.flush()
        os.fsync(descriptor)
    os.replace(temporary, path)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read_text(path: str) -> str:
    """The text of a file, or '' when there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""
