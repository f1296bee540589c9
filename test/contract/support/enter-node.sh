#!/bin/sh
# enter-node.sh BASE TREE COMMAND...   runs COMMAND in BASE with TREE laid over it, with no network but an empty one.
# Nothing that COMMAND writes lasts. Must be root of a mount namespace of its own.
set -eu
base=$1 tree=$2
shift 2

work=$(mktemp -d)
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=$tree:$base,upperdir=$work/upper,workdir=$work/work" "$work/root"
mount -t proc proc "$work/root/proc"
mount --rbind /dev "$work/root/dev"
mount -t tmpfs tmpfs "$work/root/run"
mount -t tmpfs tmpfs "$work/root/tmp"
# Not by chroot alone: whoever enters a container's name space would find this machine's root there.
cd "$work/root"
mkdir -p run/machine
pivot_root . run/machine
umount --lazy /run/machine
# cloud-init sets the host name: that of a name space, not of this machine.
exec unshare --net --uts chroot . "$@"
