/** A place on the node that dlimage writes by itself; `instead` says how to get what one probably wants. */
export interface OwnedPath {
  readonly path: string;
  readonly instead: string;
}

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
  { path: '/etc/timezone', instead: 'set timezone' },
  { path: '/etc/localtime', instead: 'set timezone' },
  { path: '/etc/keepalived/keepalived.conf', instead: 'set vip' },
  { path: '/etc/ssl/glusterfs.key', instead: identity },
  { path: '/etc/ssl/glusterfs.pem', instead: identity },
  { path: '/etc/ssl/glusterfs.ca', instead: identity },
  { path: '/var/lib/glusterd', instead: identity },
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

/** Folders that live in memory: what an image has in them is never seen. */
export const volatileDirectories: readonly string[] = ['/proc', '/sys', '/dev', '/run', '/var/run', '/tmp'];
