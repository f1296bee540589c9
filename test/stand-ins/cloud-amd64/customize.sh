#!/bin/sh
# The kernel is found by links in /boot, which is a file system of its own.
set -eu
root=$1
for name in vmlinuz initrd.img; do
  found=$(cd "$root/boot" && echo "$name"-*)
  ln -sf "$found" "$root/boot/$name"
done
rm -f "$root"/vmlinuz* "$root"/initrd.img*
