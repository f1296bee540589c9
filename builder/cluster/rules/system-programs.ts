/** Programs that a node cannot do without. Source: what the scripts and units of `overlays/` start, and the essential packages of Debian */
const programs: ReadonlySet<string> = new Set(
  (
    'sh dash bash env login su sudo mount umount mountpoint findmnt blkid lsblk mkfs.ext4 mkfs.xfs fsck e2fsck resize2fs ' +
    'init systemd systemctl systemd-tmpfiles systemd-sysusers journalctl udevadm modprobe kmod busctl dbus-daemon ' +
    'dockerd docker docker-init docker-proxy containerd containerd-shim-runc-v2 runc ip nft iptables ip6tables ' +
    'sshd ssh ssh-keygen keepalived glusterd glusterfs glusterfsd gluster mount.glusterfs mount.nfs mount.nfs4 ' +
    'useradd usermod userdel groupadd passwd chpasswd nologin agetty cloud-init cloud-init-per growpart netplan ' +
    'python3 perl chronyd wpa_supplicant openssl jq dpkg dpkg-deb apt apt-get ldconfig ' +
    'cat chmod chown cp cut date dd df echo false getent grep head hostname id install kill ln ls mkdir mktemp mv ' +
    'readlink rm rmdir sed sleep sort stat sync tail tar tee test touch tr true uname'
  ).split(' '),
);

/** The dynamic loader, the C library, and what it loads to know people. Source: ld.so(8), nsswitch.conf(5), pam(7) */
const libraries =
  /^\/usr\/lib(32|64|x32)?\/([^/]+\/)?(ld-linux[^/]*\.so\.\d+|ld-[\d.]+\.so|lib(c|m|dl|pthread|rt|resolv|crypt|pam|pam_misc|systemd|udev)\.so(\.\d+)*|libnss_[^/]+|security\/pam_[^/]+)$/;

/**
 * True for a path (see `canonicalPath`) at which every base has a program or library that nodes start with. Others are
 * only known once the base is there.
 */
export function isSystemProgram(path: string): boolean {
  const name = /^\/usr\/s?bin\/([^/]+)$/.exec(path)?.[1];
  if (name !== undefined) return programs.has(name) || /^python3\.\d+$/.test(name);
  return libraries.test(path) || /^\/usr\/lib\/systemd\/systemd[^/]*$/.test(path);
}
