/** A place on the node that dlimage writes by itself; `instead` says how to get what one probably wants. */
export interface OwnedPath {
  readonly path: string;
  readonly instead: string;
}

const unit = 'put a drop-in beside it: a folder of its name with .d at the end, and a .conf file in it';
const start = 'the base starts with it';
const identity = "it is the node's identity, which the identity store keeps";

/** Files and folders that every node gets from dlimage: an extra file there would fight with it. */
export const ownedPaths: readonly OwnedPath[] = [
  { path: '/etc/dlimage', instead: 'it holds what the node knows about its cluster' },
  {
    path: '/usr/lib/dlimage',
    instead: 'it holds the programs of the cluster; put yours into /usr/local/bin',
  },
  { path: '/var/lib/dlimage', instead: 'it holds the state of the cluster' },
  { path: '/etc/hostname', instead: 'set the name of the node' },
  { path: '/etc/hosts', instead: 'all nodes are in it already; use a name server for other machines' },
  { path: '/etc/machine-id', instead: 'every node makes its own when it first starts' },
  { path: '/etc/fstab', instead: 'put a mount unit into /etc/systemd/system' },
  { path: '/etc/netplan', instead: 'set network' },
  {
    path: '/etc/docker/daemon.json',
    instead: 'it holds the address pools and the log rotation of the cluster',
  },
  {
    path: '/etc/sudoers',
    instead: 'put a file without a dot in its name into /etc/sudoers.d, which it reads',
  },
  {
    path: '/etc/ssh/sshd_config',
    instead: 'put a file whose name ends in .conf into /etc/ssh/sshd_config.d, which it reads',
  },
  {
    path: '/etc/cloud/cloud.cfg',
    instead: 'put a file whose name ends in .cfg into /etc/cloud/cloud.cfg.d: it counts more',
  },
  ...['cloud-init.disabled', 'ds-identify.cfg'].map((name) => ({
    path: `/etc/cloud/${name}`,
    instead: 'cloud-init makes the node from its seed, and must start',
  })),
  {
    path: '/etc/nftables.conf',
    instead: 'the unit that reads it is off; set firewall.open, or have a unit of yours load another file',
  },
  { path: '/etc/locale.gen', instead: 'set locale' },
  { path: '/etc/default/locale', instead: 'set locale' },
  { path: '/etc/systemd/system/local-fs.target', instead: unit },
  { path: '/etc/systemd/system/glusterd.service', instead: unit },
  { path: '/etc/systemd/system/nftables.service', instead: unit },
  { path: '/etc/systemd/system/keepalived.service', instead: unit },
  ...[
    ...[
      'docker',
      'containerd',
      'ssh',
      'chrony',
      'systemd-networkd',
      'cloud-config',
      'cloud-final',
      'cloud-init',
    ],
    ...['cloud-init-local', 'cloud-init-main', 'cloud-init-network'],
  ].map((name) => ({ path: `/etc/systemd/system/${name}.service`, instead: unit })),
  ...['ssh', 'keepalived', 'glusterd'].map((name) => ({
    path: `/etc/systemd/system/multi-user.target.wants/${name}.service`,
    instead: 'dlimage decides what starts by itself of what the cluster is made of',
  })),
  {
    path: '/etc/systemd/system/getty.target.wants/getty@tty1.service',
    instead: 'it gives a screen its login prompt',
  },
  {
    path: '/etc/systemd/system/local-fs.target.wants/systemd-growfs-root.service',
    instead: 'it makes the root file system as large as the card',
  },
  {
    path: '/etc/ssh/sshd_config.d/rename_user.conf',
    instead: 'it takes a false banner of the base away; choose another name',
  },
  { path: '/var/lib/NetworkManager/NetworkManager.state', instead: 'set network.wifi to have the radio on' },
  ...['regenerate_ssh_host_keys', 'userconfig', 'system-update-cleanup', 'user@0'].map((name) => ({
    path: `/etc/systemd/system/${name}.service`,
    instead: 'it would come in the way of the cluster, so it is off',
  })),
  { path: '/etc/systemd/system-generators/systemd-ssh-generator', instead: 'it is off on every node' },
  { path: '/srv/brick', instead: 'it holds the data of the shared storage' },
  { path: '/system-update', instead: 'systemd starts nothing else while it is there' },
  { path: '/etc/timezone', instead: 'set timezone' },
  { path: '/etc/localtime', instead: 'set timezone' },
  { path: '/etc/keepalived/keepalived.conf', instead: 'set vip' },
  { path: '/etc/ssl/glusterfs.key', instead: identity },
  { path: '/etc/ssl/glusterfs.pem', instead: identity },
  { path: '/etc/ssl/glusterfs.ca', instead: identity },
  { path: '/var/lib/glusterd', instead: identity },
  { path: '/usr/lib/ssl/glusterfs.key', instead: identity },
  { path: '/usr/lib/ssl/glusterfs.pem', instead: identity },
  { path: '/usr/lib/ssl/glusterfs.ca', instead: identity },
  ...['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => ({
    path: `/etc/${name}`,
    instead: 'the base has its accounts there; set users',
  })),
  { path: '/usr/sbin/init', instead: start },
  { path: '/usr/lib/systemd/systemd', instead: start },
  { path: '/usr/lib/modules', instead: 'it belongs to the kernel of the base' },
  { path: '/vmlinuz', instead: 'it belongs to the kernel of the base' },
  { path: '/initrd.img', instead: 'it belongs to the kernel of the base' },
  { path: '/var/lib/dpkg', instead: 'it lists the packages of the base; set packages' },
  { path: '/var/lib/docker', instead: 'Docker makes it when the node first starts' },
  { path: '/var/lib/cloud', instead: 'it holds the seed of the node' },
  { path: '/boot', instead: 'it belongs to the kernel, and the boot partition is mounted in it' },
  { path: '/mnt/cluster', instead: 'the shared storage is mounted over it' },
  ...['rsa', 'ecdsa', 'ed25519'].flatMap((type) => [
    { path: `/etc/ssh/ssh_host_${type}_key`, instead: identity },
    { path: `/etc/ssh/ssh_host_${type}_key.pub`, instead: identity },
    { path: `/etc/ssh/ssh_host_${type}_key-cert.pub`, instead: identity },
  ]),
];

/** A place that dlimage writes only where the definition has a setting for it. */
export interface SettingPath extends OwnedPath {
  readonly setting: 'keyboard';
}

/** Files that are the user's own, unless the definition has the setting that writes them. */
export const settingPaths: readonly SettingPath[] = [
  {
    path: '/etc/default/keyboard',
    setting: 'keyboard',
    instead: 'keyboard of this definition writes it: leave out one of the two',
  },
];

/** Files that a node gets from dlimage, and that one of the user's may replace. */
export const replaceablePaths: readonly string[] = ['/etc/motd'];

/** Folders of every base, in which files may be put, but no file in their place. Source: Filesystem Hierarchy Standard 3.0 */
export const baseFolders: ReadonlySet<string> = new Set(
  (
    '/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr ' +
    '/usr/bin /usr/games /usr/include /usr/lib /usr/lib32 /usr/lib64 /usr/libexec /usr/libx32 /usr/local /usr/local/bin ' +
    '/usr/local/etc /usr/local/lib /usr/local/sbin /usr/local/share /usr/sbin /usr/share /usr/src /var /var/backups ' +
    '/var/cache /var/lib /var/local /var/lock /var/log /var/mail /var/opt /var/run /var/spool /var/tmp /etc/apt ' +
    '/etc/apt/sources.list.d /etc/chrony /etc/cloud /etc/cron.d /etc/cron.daily /etc/default /etc/docker ' +
    '/etc/modprobe.d /etc/modules-load.d /etc/network /etc/profile.d /etc/security /etc/skel /etc/ssh ' +
    '/etc/ssh/sshd_config.d /etc/ssl /etc/ssl/certs /etc/sudoers.d /etc/sysctl.d /etc/systemd /etc/systemd/network ' +
    '/etc/systemd/system /etc/tmpfiles.d /etc/udev /etc/udev/rules.d'
  ).split(' '),
);

/**
 * A path of the node as its programs see it: the top folders of programs and libraries are links into `/usr`, and those
 * of what is running into `/run`. Source: Debian's usrmerge, file-hierarchy(7)
 */
export function canonicalPath(path: string): string {
  return path
    .replace(/^\/(bin|sbin|lib|lib32|lib64|libx32)(?=\/|$)/, '/usr/$1')
    .replace(/^\/var\/run(?=\/|$)/, '/run')
    .replace(/^\/var\/lock(?=\/|$)/, '/run/lock');
}

/** Names that dlimage gives to its own files among the base's. */
export function isNamedAfterUs(path: string): boolean {
  return /^\/(etc|usr\/lib|usr\/bin)\/(.*\/)?[^/]*dlimage[^/]*(\/|$)/.test(path);
}

/** Folders that live in memory: what an image has in them is never seen. */
export const volatileDirectories: readonly string[] = ['/proc', '/sys', '/dev', '/run', '/tmp'];
