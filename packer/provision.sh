#!/bin/sh
# Runs as root in a vendor's cloud image: makes of it what dlimage builds from a base of its own.
set -eu
export DEBIAN_FRONTEND=noninteractive

# The image's own first boot must be over, or its package manager is in use.
cloud-init status --wait >/dev/null || true

missing=
for package in ${DLIMAGE_PACKAGES:-}; do
  dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
    missing="$missing $package"
done
if [ -n "$missing" ]; then
  # Nothing starts before it is configured.
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  apt-get update
  # shellcheck disable=SC2086  # a list of names
  apt-get install --yes --no-install-recommends -o Dpkg::Options::=--force-confold $missing
  apt-get clean
  rm -f /usr/sbin/policy-rc.d
fi

# Debian's cloud images and Vagrant count interfaces: eth0, eth1.
if [ -f /etc/default/grub ] && ! grep -q 'net.ifnames=0' /proc/cmdline; then
  mkdir -p /etc/default/grub.d
  # shellcheck disable=SC2016  # read by a shell, later
  echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX net.ifnames=0 biosdevname=0"' >/etc/default/grub.d/90-dlimage.cfg
  update-grub
fi

# What the vendor's cloud-init has made for this boot, and what would be the same on all nodes.
rm -f /etc/netplan/*.yaml /etc/network/interfaces.d/50-cloud-init /etc/ssh/ssh_host_*
tar --extract --file /tmp/dlimage-overlay.tar --directory / --preserve-permissions --same-owner --numeric-owner
rm -f /tmp/dlimage-overlay.tar
: >/etc/machine-id

# Runs at the very end, when Packer needs its user no more.
cat >/usr/local/sbin/dlimage-packer-end <<'END'
#!/bin/sh
rm -f /usr/local/sbin/dlimage-packer-end /etc/sudoers.d/90-cloud-init-users
cloud-init clean --logs
rm -rf /var/lib/cloud/instances /var/lib/cloud/instance /etc/cloud/cloud-init.disabled
userdel --force --remove dlimage-packer 2>/dev/null
: >/etc/machine-id
sync
systemctl poweroff --no-block
END
chmod 755 /usr/local/sbin/dlimage-packer-end
sync
