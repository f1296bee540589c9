#!/bin/sh
# Grows the root partition, and not the file system on it, in the place of init. The publisher's then takes itself off the
# kernel's command line and restarts the board; this one goes on, since QEMU's command line does not follow the file.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mount -o remount,rw /
partition=$(findmnt -n -o SOURCE /)
name=${partition#/dev/}
number=$(cat "/sys/class/block/$name/partition")
disk=/dev/$(basename "$(readlink -f "/sys/class/block/$name/..")")
echo ', +' | sfdisk --quiet --no-reread --force -N "$number" "$disk"
partx --update --nr "$number" "$disk"
mount -o remount,ro /
exec /sbin/init
