"""Stands for Raspberry Pi's own: the first user is made by renaming the one that the image has."""

from cloudinit import subp
from cloudinit.distros import debian


class Distro(debian.Distro):
    has_renamed = False

    def add_user(self, name, **kwargs) -> bool:
        if self.has_renamed:
            return super().add_user(name, **kwargs)
        self.has_renamed = True
        subp.subp(["sh", "/usr/lib/userconf-pi/userconf", name])
        return True
