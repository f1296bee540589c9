#!/bin/sh
# What Raspberry Pi OS has beyond files: names on the FAT partition, services on and off, its user.
set -eu
root=$1
boot=$root/boot/firmware
cp "$root"/boot/vmlinuz-* "$boot/kernel8.img"
cp "$root"/boot/initrd.img-* "$boot/initramfs8"
cp "$root"/usr/lib/linux-image-*/broadcom/bcm2837-rpi-3-b.dtb "$boot/bcm2710-rpi-3-b.dtb"

units=$root/etc/systemd/system
# ssh is off until somebody switches it on.
rm -f "$units/multi-user.target.wants/ssh.service" "$units/sshd.service"
for unit in regenerate_ssh_host_keys userconfig; do
  ln -s "/usr/lib/systemd/system/$unit.service" "$units/multi-user.target.wants/$unit.service"
done
mkdir -p "$units/local-fs.target.wants"
ln -s /usr/lib/systemd/system/rpi-resize.service "$units/local-fs.target.wants/rpi-resize.service"
# No login on the screen until somebody has named a user.
rm -f "$units/getty.target.wants/getty@tty1.service"
# Who has no name of its own makes users in another way.
sed -i 's/^\( *distro:\) debian$/\1 raspberry-pi-os/' "$root/etc/cloud/cloud.cfg"
grep -q 'distro: raspberry-pi-os' "$root/etc/cloud/cloud.cfg"
# Before its first boot, and not empty.
echo uninitialized >"$root/etc/machine-id"
# Interfaces are called as the kernel calls them.
mkdir -p "$root/etc/systemd/network"
ln -sf /dev/null "$root/etc/systemd/network/99-default.link"
# NetworkManager writes it.
rm -f "$root/etc/resolv.conf"
: >"$root/etc/resolv.conf"

# A locked user that waits to be given a name.
echo 'pi:x:1000:1000:,,,:/home/pi:/bin/bash' >>"$root/etc/passwd"
echo 'pi:!:20089:0:99999:7:::' >>"$root/etc/shadow"
echo 'pi:x:1000:' >>"$root/etc/group"
echo 'pi:!::' >>"$root/etc/gshadow"
cp -R "$root/etc/skel" "$root/home/pi"
chown -R 1000:1000 "$root/home/pi"
