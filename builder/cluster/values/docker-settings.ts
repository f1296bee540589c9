/** Type of a value in Docker's daemon.json. `words` is a list of text, `texts` a mapping to text, `mapping` anything with keys. */
export type DockerValue = 'text' | 'number' | 'flag' | 'words' | 'texts' | 'mapping';

/** A setting of dockerd, and the first version that has it where not all do. An older one does not start with it. */
export interface DockerSetting {
  readonly value: DockerValue;
  readonly since?: string;
}

const settings = (value: DockerValue, names: string): (readonly [string, DockerSetting])[] =>
  names.split(' ').map((name) => [name, { value }] as const);

/** Settings that people may set. Source: Docker's reference of dockerd, "Daemon configuration file", and its release notes. */
export const dockerSettings: ReadonlyMap<string, DockerSetting> = new Map([
  ...settings(
    'text',
    'bip bridge default-gateway default-gateway-v6 default-ipc-mode default-runtime default-shm-size fixed-cidr ' +
      'fixed-cidr-v6 init-path ip log-driver log-level metrics-addr seccomp-profile storage-driver',
  ),
  ...settings(
    'number',
    'max-concurrent-downloads max-concurrent-uploads network-control-plane-mtu shutdown-timeout',
  ),
  ...settings(
    'flag',
    'debug experimental icc init ip-forward ip-masq ipv6 no-new-privileges raw-logs selinux-enabled userland-proxy',
  ),
  ...settings(
    'words',
    'authorization-plugins dns dns-opts dns-search exec-opts insecure-registries labels node-generic-resources ' +
      'registry-mirrors storage-opts',
  ),
  ...settings('texts', 'log-opts'),
  ...settings('mapping', 'default-ulimits features runtimes'),
  ['default-cgroupns-mode', { value: 'text', since: '20.10' }],
  ['host-gateway-ip', { value: 'text', since: '20.10' }],
  ['ip6tables', { value: 'flag', since: '20.10' }],
  ['max-download-attempts', { value: 'number', since: '20.10' }],
  ['proxies', { value: 'texts', since: '23.0' }],
  ['default-network-opts', { value: 'mapping', since: '24.0' }],
]);

/** Settings that dlimage makes, or that a node of a swarm cannot do without, with what to do instead. */
export const ownedDockerSettings: ReadonlyMap<string, string> = new Map([
  ['mtu', 'set network.mtu, which is for the nodes as well'],
  [
    'default-address-pools',
    'leave them: they never touch the local network; those of overlay networks are swarm.address_pools',
  ],
  ['default-address-pool', 'set swarm.address_pools'],
  ['live-restore', 'leave it out: Docker does not start with it in a swarm'],
  ['data-root', 'leave it out: the cluster expects /var/lib/docker'],
  ['graph', 'leave it out: the cluster expects /var/lib/docker'],
  ['exec-root', 'leave it out: the cluster expects /run/docker'],
  ['pidfile', "leave it out: Docker's unit knows it"],
  ['hosts', "leave it out: Docker's unit says where it listens, and Docker does not start when both do"],
  ['group', 'leave it out: users with sudo are in the group docker'],
  ['containerd', "leave it out: Docker's unit says where containerd is"],
  ['iptables', 'leave it out: without its rules no service of a swarm is reached'],
  ['swarm-default-advertise-addr', 'leave it out: every node says its own address'],
  ['userns-remap', 'leave it out: services could not write into the shared storage'],
  ...['tls', 'tlsverify', 'tlscacert', 'tlscert', 'tlskey'].map(
    (name) => [name, 'leave it out: Docker is not reached over the network; use ssh'] as const,
  ),
]);
