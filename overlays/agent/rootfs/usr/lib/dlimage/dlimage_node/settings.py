"""The node's own settings, from /etc/dlimage/node.env."""

from __future__ import annotations

import shlex
from typing import Dict, List

FILE = "/etc/dlimage/node.env"


class Settings:
    """`DLIMAGE_STORAGE_WAIT_SECONDS='300'` is `settings.storage_wait_seconds == '300'`. A key that is missing is ''."""

    def __init__(self, values: Dict[str, str]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._values.get("DLIMAGE_" + name.upper(), "")

    def seconds(self, name: str, default: int) -> int:
        """A setting that is a number of seconds."""
        return int(getattr(self, name) or default)

    def words(self, name: str) -> List[str]:
        """A setting that is a list, with a space between two."""
        return str(getattr(self, name)).split()


def read_settings(path: str = FILE) -> Settings:
    """Reads `KEY='value'` lines as a shell would."""
    values: Dict[str, str] = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            for word in shlex.split(line, comments=True):
                key, _, value = word.partition("=")
                values[key] = value
    return Settings(values)
