"""Settings of the kernel as our files in /etc/sysctl.d say, and as they are."""

from __future__ import annotations

import os
from typing import Dict, Iterable, List, NamedTuple

from .files import read_text

FOLDER = "/etc/sysctl.d/"
ROOT = "/proc/sys/"


class Value(NamedTuple):
    """A setting: `key` as in sysctl.d(5), where the kernel has it, and the file that says `wanted`."""

    key: str
    path: str
    wanted: str
    file: str

    @property
    def present(self) -> str:
        """The kernel's value; '' for one that this kernel does not have."""
        try:
            return " ".join(read_text(self.path).split())
        except OSError:
            return ""


def wanted_values(files: Iterable[str], interface: str) -> List[Value]:
    """What these files say, the later ones by name counting. Of `*` in the place of an interface the LAN's one is looked at, and
    what counts for all."""
    values: Dict[str, Value] = {}
    for file in sorted(files, key=os.path.basename):
        for line in read_text(file).splitlines():
            key, equals, wanted = (part.strip() for part in line.partition("="))
            if not equals or key.startswith(("#", ";")):
                continue
            for name in _names(key.lstrip("-"), interface):
                values[name] = Value(name.replace("/", "."), ROOT + name, " ".join(wanted.split()), file)
    return list(values.values())


def different(values: Iterable[Value]) -> List[Value]:
    """Those that the kernel has, and otherwise than they should be."""
    return [value for value in values if value.present not in ("", value.wanted)]


def _names(key: str, interface: str) -> List[str]:
    before, star, after = key.partition(".*.")
    if not star:
        return [key.replace(".", "/")]
    return [f"{before.replace('.', '/')}/{name}/{after}" for name in ("all", "default", interface) if name]
