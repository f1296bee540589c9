#!/bin/sh
# Runs once the essential packages lie in the tree ROOT, before any of them is configured.
# Files that maintainer scripts read have to be there first; dpkg keeps them (force-confold).
set -eu
root=$1
here=$(dirname "$0")
for layer in common "$DLIMAGE_PLATFORM" "$DLIMAGE_PLATFORM-$DLIMAGE_ARCHITECTURE"; do
  [ -d "$here/../rootfs/$layer" ] || continue
  (cd "$here/../rootfs/$layer" && find . -type d -exec mkdir -p "$root/{}" \;)
  (cd "$here/../rootfs/$layer" && find . -type f -exec install -m 0644 -o 0 -g 0 {} "$root/{}" \;)
done
# An initrd made before all packages are configured would be made again: finish.sh makes it, once.
sh "$here/shadow.sh" hide "$root" /usr/sbin/update-initramfs
if [ -n "${DLIMAGE_NATIVE-}" ]; then
  sh "$here/native.sh" enter "$root" "$DLIMAGE_NATIVE"
fi
