"""What was put in place with the image: files, settings of the kernel, what sshd makes of its own.

What a person changes is told and kept, unless it opens the node to others: that is put right.
"""

from __future__ import annotations

import contextlib
import time
from typing import List, Optional, Sequence

from .. import kernel_values
from ..outcome import Acted, Done, Noted, Outcome, Stuck, Waiting
from ..placed import Change, Files, keep_originals, put_back, read_list, read_original
from ..sshd import Sshd
from ..world import World

LOOK_SECONDS = 60.0
"""Between two looks. Files that nobody touched are not read again, and no program is started."""

GUARDS = {
    "/etc/dlimage/ssh/authorized_keys": (),
    "/etc/ssh/sshd_config.d/10-dlimage.conf": ("try-reload-or-restart", "ssh.service"),
    "/etc/ssh/sshd_config.d/20-dlimage-hardening.conf": ("try-reload-or-restart", "ssh.service"),
    "/etc/sysctl.d/61-dlimage-hardening.conf": (),
    "/etc/systemd/system/dlimage-firewall.service": ("daemon-reload",),
    "/etc/systemd/system/ssh.service.d/dlimage.conf": ("daemon-reload",),
    "/usr/lib/dlimage/firewall.nft": ("try-restart", "dlimage-firewall.service"),
    "/usr/lib/dlimage/peer-command": (),
    "/usr/lib/dlimage/sshd-options": (),
}
"""Files that keep others out, and what systemd has to do when one is put back."""

HARDENING = "/etc/sysctl.d/61-dlimage-hardening.conf"

MOST_NAMED = 4


class FilesStage:
    """Keeps what it saw last, which may be forgotten at a restart."""

    def __init__(self) -> None:
        self._files: Optional[Files] = None
        self._has_originals = False
        self._sshd = Sshd()
        self._looked_at = float("-inf")
        self._said: Outcome = Done("as built")

    def __call__(self, world: World) -> Outcome:
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return self._said
        if self._files is None:
            self._files = Files(read_list())
        if not self._has_originals:
            with contextlib.suppress(OSError):  # a full disk
                keep_originals(self._files.placed)
                self._has_originals = True
        outcome = self._look(world, self._files)
        if not isinstance(outcome, Acted):
            self._looked_at, self._said = now, outcome
        return outcome

    def _look(self, world: World, files: Files) -> Outcome:
        changes = files.look()
        for change in changes:
            deed = self._mend(world, files, change)
            if deed is not None:
                return deed
        values = kernel_values.different(_wanted_values(world, files))
        opened = [value for value in values if value.file == HARDENING]
        if opened:
            return _set(opened)
        complaint, open_settings = self._sshd.look(world.run)
        if complaint:
            return Stuck(f"sshd would not start again, so mend its files now: {complaint}")
        notes = [
            *(f"sshd lets people in without a key ({setting}): see /etc/ssh/sshd_config.d" for setting in open_settings),
            *_tell_changes(changes),
            *(f"{value.key} is {value.present} and not {value.wanted} (sudo sysctl --system takes it back)" for value in values),
        ]
        return Noted("; ".join(_first(notes))) if notes else Done("as built")

    def _mend(self, world: World, files: Files, change: Change) -> Optional[Outcome]:
        if change.path not in GUARDS:
            return None
        placed = files.placed[change.path]
        original = read_original(change.path, placed)
        if original is None:
            return None
        kept = put_back(change.path, placed, original)
        if GUARDS[change.path]:
            world.run(["systemctl", *GUARDS[change.path]], timeout=120)
        keeps = f"; what was there is {kept}" if kept else ""
        return Acted(f"put back {change.path}, which keeps others out and {change.how}{keeps}")


def _wanted_values(world: World, files: Files) -> List[kernel_values.Value]:
    placed = [path for path in files.placed if path.startswith(kernel_values.FOLDER) and path.endswith(".conf")]
    return kernel_values.wanted_values(placed, world.settings.interface)


def _set(values: Sequence[kernel_values.Value]) -> Outcome:
    try:
        for value in values:
            with open(value.path, "w", encoding="ascii") as file:
                file.write(value.wanted)
    except OSError as error:
        return Waiting(f"cannot set what keeps others out: {error}")
    return Acted(f"set again what keeps others out: {', '.join(f'{value.key} = {value.wanted}' for value in values)}")


def _tell_changes(changes: Sequence[Change]) -> List[str]:
    if not changes:
        return []
    words = [change.text for change in changes[:MOST_NAMED]]
    more = f" and {len(changes) - MOST_NAMED} more" if len(changes) > MOST_NAMED else ""
    return [f"{', '.join(words)}{more}; sudo dlimage-node restore {changes[0].path} takes it back"]


def _first(notes: Sequence[str]) -> List[str]:
    more = len(notes) - MOST_NAMED
    return [*notes[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])]
