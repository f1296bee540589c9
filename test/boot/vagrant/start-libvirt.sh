#!/bin/sh
# Starts libvirt in namespaces of its own, which `unshare --net --mount --pid --fork` has made: its networks, machines and files
# are not those of this computer. They all end with this process, the first of its namespace. Prints "ready".
#
#   start-libvirt.sh DIRECTORY      for what libvirt keeps: images, settings and logs
set -eu
directory=$1
# Outside of such namespaces it would take away the mounts of this computer.
[ $$ -eq 1 ] || { echo "$0: only as the first process of namespaces of its own" >&2; exit 1; }

mount --make-rprivate /
mount -t proc proc /proc
# With the control groups of this computer: libvirt does without.
umount --recursive --lazy /sys
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=0755 tmpfs /run
# Settings are copied, without the machines and networks of this computer; nothing else of it is looked at.
mkdir -p "$directory/etc" "$directory/var/lib/libvirt/images" "$directory/var/log/libvirt"
cp -a /etc/libvirt "$directory/etc/"
rm -rf "$directory/etc/libvirt/qemu" "$directory/etc/libvirt/storage"
for kept in /etc/libvirt /var/lib/libvirt /var/log/libvirt; do
  mount --bind "$directory$kept" "$kept"
done

ip link set lo up
virtlogd --daemon
libvirtd --daemon
until virsh --quiet --connect qemu:///system version >/dev/null 2>&1; do sleep 0.2; done
echo ready
exec sleep infinity
