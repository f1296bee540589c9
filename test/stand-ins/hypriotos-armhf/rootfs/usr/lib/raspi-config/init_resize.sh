#!/bin/sh
# Grows the root partition, and not the file system on it, in the place of init; gives the disk another id; and starts the
# board once more, without itself on the kernel's command line.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mount -o remount,rw /
partition=$(findmnt -n -o SOURCE /)
name=${partition#/dev/}
number=$(cat "/sys/class/block/$name/partition")
disk=/dev/$(basename "$(readlink -f "/sys/class/block/$name/..")")
old=$(sed -n 's/.* root=PARTUUID=\([0-9a-f]*\)-.*/\1/p' /proc/cmdline)
new=$(od -A n -N 4 -t x4 /dev/urandom | tr -d ' ')
mount -t vfat "$(blkid -t "PARTUUID=$old-01" -o device)" /boot
echo ', +' | sfdisk --quiet --no-reread --force -N "$number" "$disk"
sfdisk --quiet --no-reread --force --disk-id "$disk" "0x$new"
sed -i "s/$old/$new/g" /etc/fstab
sed -i "s/$old/$new/; s| init=[^ ]*||" /boot/cmdline.txt
umount /boot
mount -o remount,ro /
sync
echo b >/proc/sysrq-trigger
sleep 60
