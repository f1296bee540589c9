#!/bin/sh
# What HypriotOS has beyond files: its seed is links into the FAT partition, which is /boot, and two services are masked.
set -eu
root=$1
boot=$root/boot
kernel=$(cd "$boot" && echo vmlinuz-*)
initrd=$(cd "$boot" && echo initrd.img-*)
printf 'kernel=%s\ninitramfs %s followkernel\n' "$kernel" "$initrd" >>"$boot/config.txt"
cp "$root"/usr/lib/linux-image-*/bcm2836-rpi-2-b.dtb "$boot/bcm2709-rpi-2-b.dtb"
cp "$root"/usr/lib/linux-image-*/bcm2837-rpi-3-b.dtb "$boot/bcm2710-rpi-3-b.dtb"
rm -f "$root"/vmlinuz* "$root"/initrd.img*

seed=$root/var/lib/cloud/seed/nocloud-net
mkdir -p "$seed"
for name in user-data meta-data network-config; do
  ln -s "/boot/$name" "$seed/$name"
done
for unit in dhcpcd systemd-resolved; do
  ln -s /dev/null "$root/etc/systemd/system/$unit.service"
done
mkdir -p "$root/etc/systemd/network"
ln -sf /dev/null "$root/etc/systemd/network/99-default.link"
rm -f "$root/etc/resolv.conf"
: >"$root/etc/resolv.conf"
chmod 0755 "$root/usr/lib/raspi-config/init_resize.sh" "$root/var/lib/cloud/scripts/per-once/regenerate-machine-id"
