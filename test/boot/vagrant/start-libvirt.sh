#!/bin/sh
# Starts libvirt in namespaces of its own, which `unshare --net --mount --pid --fork` has made: its networks, machines and files
# are not those of this computer. They all end with this process, the first of its namespace. Prints "ready".
#
#   start-libvirt.sh DIRECTORY      for what libvirt keeps: images, settings and logs
set -eu
directory=$1

mount --make-rprivate /
mount -t proc proc /proc
# With the control groups of this computer: libvirt does without.
umount --recursive --lazy /sys
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=0755 tmpfs /run
for kept in /etc /var/lib /var/log; do
  mkdir -p "$directory$kept"
  cp -a "$kept/libvirt" "$directory$kept/"
  mount --bind "$directory$kept/libvirt" "$kept/libvirt"
done
rm -rf /etc/libvirt/qemu/networks/autostart /etc/libvirt/qemu/*.xml /var/lib/libvirt/images/*

ip link set lo up
virtlogd --daemon
libvirtd --daemon
until virsh --quiet --connect qemu:///system version >/dev/null 2>&1; do sleep 0.2; done
echo ready
exec sleep infinity
