#!/bin/sh
# What Ubuntu's flash-kernel leaves on the FAT partition: copies under names that do not change.
set -eu
root=$1
boot=$root/boot/firmware
cp "$root"/boot/vmlinuz-* "$boot/vmlinuz"
cp "$root"/boot/initrd.img-* "$boot/initrd.img"
# The publisher's own name of the board.
cp "$root"/usr/lib/linux-image-*/broadcom/bcm2837-rpi-3-b.dtb "$boot/bcm2710-rpi-3-b.dtb"
