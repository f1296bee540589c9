#!/bin/sh
# Runs when every package is configured, with /proc, /sys and /dev still mounted in the tree ROOT.
set -eu
root=$1
here=$(dirname "$0")

sh "$here/shadow.sh" show "$root" /usr/sbin/update-initramfs
if [ -n "${DLIMAGE_NATIVE-}" ]; then sh "$here/native.sh" boot "$root"; fi
rm -f "$root"/boot/initrd.img-*
chroot "$root" update-initramfs -c -k all
if [ -n "${DLIMAGE_NATIVE-}" ]; then
  # A stand-in in the initrd would keep the board from booting.
  chroot "$root" unmkinitramfs "/$(cd "$root" && echo boot/initrd.img-*)" /tmp/initrd
  machine() { od -A n -t x2 -j 18 -N 2 "$1"; }
  find "$root/tmp/initrd" -type f \( -path '*bin/*' -o -name '*.so*' \) >"$root/tmp/programs"
  while read -r program; do
    if [ "$(head -c 4 "$program" | tail -c 3)" = ELF ] && [ "$(machine "$program")" != "$(machine "$root/usr/bin/dpkg")" ]; then
      echo "the initrd holds a program of another architecture: ${program#"$root/tmp/initrd"}" >&2
      exit 1
    fi
  done <"$root/tmp/programs"
  sh "$here/native.sh" leave "$root"
fi

# Where cloud-init looks for a seed on the root partition.
install -d -m 0755 "$root/var/lib/cloud" "$root/var/lib/cloud/seed"

# A node takes its host keys from its image; nothing may make others.
ln -sf /dev/null "$root/etc/systemd/system/sshd-keygen.service"
# NFS version 4 needs no port mapper; one that listens on every interface is not wanted.
# e2scrub is for file systems on LVM.
for unit in rpcbind.service rpcbind.socket rpc-statd-notify.service nfs-blkmap.service e2scrub_reap.service; do
  find "$root/etc/systemd/system" -name "$unit" -type l -delete
done

case $DLIMAGE_PLATFORM in
  pc | uefi)
    efi=$root/boot/efi/EFI/BOOT
    mkdir -p "$efi"
    case $DLIMAGE_ARCHITECTURE in
      amd64) name=x64 directory=x86_64-efi-signed ;;
      arm64) name=aa64 directory=arm64-efi-signed ;;
    esac
    # The shim first: it is what a firmware with Secure Boot accepts, and it starts GRUB from its own directory.
    upper=$(printf %s "$name" | tr '[:lower:]' '[:upper:]')
    cp "$root/usr/lib/shim/shim$name.efi.signed" "$efi/BOOT$upper.EFI"
    cp "$root/usr/lib/grub/$directory/grub$name.efi.signed" "$efi/grub$name.efi"
    ;;
esac
if [ "$DLIMAGE_PLATFORM" = pc ]; then
  # Left outside the tree for the image builder, which writes both in front of the partitions.
  grub=$root/usr/lib/grub/i386-pc
  # GRUB's first parser knows no comments: an apostrophe in one would open a quotation.
  grep -v '^#' "$here/grub-bios.cfg" >"$root/tmp/grub-bios.cfg"
  chroot "$root" grub-mkimage --format=i386-pc --output=/tmp/core.img --prefix=/boot/grub \
    --config=/tmp/grub-bios.cfg \
    biosdisk part_gpt fat ext2 search search_label normal configfile linux echo test gzio
  mkdir -p "$DLIMAGE_LOADER"
  cp "$grub/boot.img" "$root/tmp/core.img" "$DLIMAGE_LOADER/"
fi
