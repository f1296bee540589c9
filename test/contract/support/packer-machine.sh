#!/bin/sh
# Stands in for qemu-system-x86_64 where Packer starts it: no machine boots, but the root file system of a base answers on
# the forwarded port, with its own ssh server, sudo and tar. What a machine would do at its start (make the seed's user) and
# at its end is done here. Needs in the environment: DLIMAGE_TEST_TREE, the base; DLIMAGE_TEST_REPORT, where
# notes go; DLIMAGE_TEST_MOOD, starts or refuses.
set -eu

case "$*" in
*-version*) echo 'QEMU emulator version 7.2.0' && exit 0 ;;
esac
if [ "${1-}" != inside ]; then
  printf '%s\n' "$@" >"$DLIMAGE_TEST_REPORT/arguments"
  if [ "$DLIMAGE_TEST_MOOD" = refuses ]; then
    console=$(sed -n 's/^file:\(.*console.*\)$/\1/p' "$DLIMAGE_TEST_REPORT/arguments")
    echo 'Kernel panic - not syncing: a test' >"$console"
    exit 1
  fi
  port=$(sed -n 's/.*hostfwd=tcp:127\.0\.0\.1:\([0-9]*\)-:22.*/\1/p' "$DLIMAGE_TEST_REPORT/arguments")
  volume=$(sed -n 's/^file=\([^,]*\),.*media=cdrom.*/\1/p' "$DLIMAGE_TEST_REPORT/arguments")
  xorriso -osirrox on -indev "$volume" -extract_single /user-data "$DLIMAGE_TEST_REPORT/user-data" >/dev/null 2>&1
  key=$(sed -n 's/.*"ssh_authorized_keys":\["\([^"]*\)"\].*/\1/p' "$DLIMAGE_TEST_REPORT/user-data")
  blkid -o value -s LABEL "$volume" >"$DLIMAGE_TEST_REPORT/label"
  [ "$(id -u)" = 0 ] && root= || root='--map-root-user --map-auto'
  # shellcheck disable=SC2086  # two words, or none
  exec unshare $root --mount --pid --fork --kill-child --mount-proc -- "$0" inside "$port" "$key"
fi

port=$2 key=$3
work=$(mktemp -d)
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=$DLIMAGE_TEST_TREE,upperdir=$work/upper,workdir=$work/work" "$work/root"
# Lost where debugfs unpacked the base: it sets the owner last.
chmod 4755 "$work/root/usr/bin/sudo"
mount -t proc proc "$work/root/proc"
mount --rbind /dev "$work/root/dev"
mount -t tmpfs tmpfs "$work/root/run"
mount -t tmpfs tmpfs "$work/root/tmp"

# What talks to a running system only says that it was called; sudo looks here first.
for program in cloud-init fstrim systemctl update-grub; do
  cat >"$work/root/usr/local/sbin/$program" <<END
#!/bin/sh
echo "$program \$*" >>/run/called
[ "$program \$1" != 'systemctl poweroff' ] || : >/run/off
END
  chmod 755 "$work/root/usr/local/sbin/$program"
done

mkdir -p "$work/root/run/sshd"
chroot "$work/root" /bin/sh -eu <<END
useradd --create-home --shell /bin/sh dlimage-packer
usermod --password '*' dlimage-packer
mkdir -p /etc/sudoers.d ~dlimage-packer/.ssh
echo 'dlimage-packer ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-cloud-init-users
echo '$key' >~dlimage-packer/.ssh/authorized_keys
chown -R dlimage-packer: ~dlimage-packer/.ssh
ssh-keygen -A >/dev/null
/usr/sbin/sshd -p $port -o ListenAddress=127.0.0.1 -o UsePAM=no
END

while [ ! -e "$work/root/run/off" ]; do sleep 0.2; done
cp "$work/root/run/called" "$DLIMAGE_TEST_REPORT/called"
# What is there now and was not in the base, as owner, mode and name.
(cd "$work/upper" && find . ! -type d -printf '%u:%g %m %P\n' | sort -k 3) >"$DLIMAGE_TEST_REPORT/files"
chroot "$work/root" id dlimage-packer >"$DLIMAGE_TEST_REPORT/user" 2>&1 || true
