#!/bin/sh
# provision.sh OVERLAY.TAR   runs as root in a cloud image that Packer has started: makes of it what dlimage makes of its
# bases. Packages are in the image already, or came with it and were installed before Packer was let in.
set -eu
umask 022
overlay=$1

# Wait for cloud-init, or it would write again what is deleted below. Its exit code is that of its modules, and does not matter.
cloud-init status --wait >/dev/null || true

# What is in the image has begun to work, and made itself a name, which would be the same on all machines.
systemctl stop docker.socket docker.service containerd.service glusterd.service keepalived.service 2>/dev/null || true
rm -rf /var/lib/docker /var/lib/containerd /var/lib/glusterd/glusterd.info

# The machines' interfaces are counted: eth0, eth1.
if [ -f /etc/default/grub ] && ! grep -q 'net\.ifnames=0' /proc/cmdline; then
  mkdir -p /etc/default/grub.d
  # shellcheck disable=SC2016  # a shell reads it later
  echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX net.ifnames=0 biosdevname=0"' >/etc/default/grub.d/90-dlimage.cfg
  update-grub
fi

# The network of this machine, which cloud-init wrote; that of the nodes comes with their seeds.
rm -f /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init

# Its ssh server may read its keys once more: they go at the end, if the node has not brought its own.
sha256sum /etc/ssh/ssh_host_* >/run/dlimage-packer-host-keys || true
tar --extract --file "$overlay" --directory / --preserve-permissions --same-owner --numeric-owner --no-overwrite-dir --keep-directory-symlink
rm -f "$overlay"

# Packer calls it last: then nobody needs its user any more, nor what would be the same on all machines.
cat >/usr/local/sbin/dlimage-packer-end <<'END'
#!/bin/sh
cd /
rm -f /usr/local/sbin/dlimage-packer-end /etc/sudoers.d/90-cloud-init-users
cloud-init clean --logs
# userdel warns that the user is still logged in; harmless.
userdel --force --remove dlimage-packer 2>/dev/null
rm -f /etc/passwd- /etc/shadow- /etc/group- /etc/gshadow- /etc/subuid- /etc/subgid-
sha256sum --check /run/dlimage-packer-host-keys 2>/dev/null | sed -n 's/: OK$//p' | xargs --no-run-if-empty rm -f
rm -rf /var/log/journal/* /var/lib/systemd/random-seed /var/lib/dhcp/* /root/.ssh/authorized_keys
: >/etc/machine-id
# What was deleted is not in the image any more.
fstrim --all
sync
systemctl poweroff --no-block
END
chmod 0755 /usr/local/sbin/dlimage-packer-end
sync
