import type { Randomness } from '../../support/randomness.ts';

/** Something that an image was before. Files of the root filesystem and of the boot partition by path. */
export interface Past {
  readonly root?: Readonly<Record<string, string>>;
  /** Symbolic links of the root filesystem with their targets. */
  readonly links?: Readonly<Record<string, string>>;
  readonly boot?: Readonly<Record<string, string>>;
  /** The messages, one of which refuses it; without them nodes are made of it. */
  readonly messages?: readonly string[];
}

const oldUser = '#cloud-config\nhostname: old-1\nusers: [{name: oldadmin, uid: 4321}]\n';
const oldMeta = 'instance-id: old-old-1-000000000000\nlocal-hostname: old-1\n';
const oldNetwork = 'version: 2\nethernets: {eth0: {addresses: [203.0.113.9/24]}}\n';
/** A whole seed of another machine below a folder. */
export const oldSeed = (folder: string): Record<string, string> => ({
  [`${folder}/user-data`]: oldUser,
  [`${folder}/meta-data`]: oldMeta,
  [`${folder}/network-config`]: oldNetwork,
  [`${folder}/vendor-data`]: '#cloud-config\nhostname: old-2\nbootcmd: [touch /old]\n',
});

const settings = (name: string, text: string): Pick<Past, 'root'> => ({
  root: { [`/etc/cloud/cloud.cfg.d/${name}`]: text },
});
const off = { messages: ['cloud-init-off'] } as const;
const elsewhere = { messages: ['seed-elsewhere'] } as const;
const seedDirectory = '/var/lib/cloud/seed';
const passwd = (...more: string[]): string =>
  ['root:x:0:0:root:/root:/bin/bash', 'daemon:x:1:1::/:/usr/sbin/nologin', ...more, ''].join('\n');
const group = (...more: string[]): string =>
  ['root:x:0:', 'daemon:x:1:', 'sudo:x:27:', ...more, ''].join('\n');

/** Pasts of images by name. Each one is told with what dlimage has to make of it. */
export const pasts: Readonly<Record<string, Past>> = {
  'seed in nocloud': { root: oldSeed(`${seedDirectory}/nocloud`) },
  'seed in nocloud-net': { root: oldSeed(`${seedDirectory}/nocloud-net`) },
  'vendor data in nocloud': {
    root: {
      [`${seedDirectory}/nocloud/vendor-data`]: '#cloud-config\nhostname: old-2\nusers: [{name: vendor}]\n',
    },
  },
  'seed on the boot partition': { boot: oldSeed('') },
  'nothing but None': settings('99-installer.cfg', 'datasource_list: [None]\n'),
  'a fake cloud': settings(
    '99-fake-cloud.cfg',
    'datasource_list: [ NoCloud, None ]\nnetwork: {config: disabled}\n',
  ),
  'no network': settings('subiquity-disable-cloudinit-networking.cfg', 'network: {config: disabled}\n'),
  'seed from the boot partition': settings(
    '99_raspberry-pi.cfg',
    'datasource_list: [ NoCloud, None ]\ndatasource: {NoCloud: {seedfrom: "file:///boot/firmware"}}\n',
  ),
  'seed by label': settings('99-pi.cfg', 'datasource: {NoCloud: {fs_label: system-boot}}\n'),
  'seed from a folder': {
    root: {
      ...oldSeed('/srv/old'),
      '/etc/cloud/cloud.cfg.d/98-old.cfg': 'datasource: {NoCloud: {seedfrom: /srv/old/}}\n',
    },
  },
  'settings that are no settings': settings('99-notes.cfg', '{ this is: [no YAML\n'),
  'users in the settings': settings('99-users.cfg', 'users: [default, {name: extra}]\nhostname: old-3\n'),
  'cloud.cfg of another system': {
    root: {
      '/etc/cloud/cloud.cfg':
        'datasource_list: [Ec2]\nsystem_info: {distro: ubuntu}\nnetwork: {config: disabled}\n',
    },
  },
  'late settings': { ...settings('zzz-late.cfg', 'datasource_list: [Ec2]\n'), ...elsewhere },
  'late network': { ...settings('zzz.cfg', 'network: {config: disabled}\n'), ...elsewhere },
  'late locale': settings('zzzz.cfg', 'locale: de_DE.UTF-8\n'),
  'a seed among the settings': {
    ...settings(
      '50-seed.cfg',
      'datasource: {NoCloud: {user-data: "#cloud-config\\n", meta-data: "instance-id: x\\n"}}\n',
    ),
    ...elsewhere,
  },
  'switched off by file': { root: { '/etc/cloud/cloud-init.disabled': '' }, ...off },
  'switched off by policy': { root: { '/etc/cloud/ds-identify.cfg': 'policy: disabled\n' }, ...off },
  'searches by policy': {
    root: { '/etc/cloud/ds-identify.cfg': 'policy: search,found=all,maybe=all,notfound=disabled\n' },
  },
  'another source by policy': { root: { '/etc/cloud/ds-identify.cfg': 'datasource: Ec2\n' }, ...off },
  'masked units': { links: { '/etc/systemd/system/cloud-init-local.service': '/dev/null' }, ...off },
  'masked generator': {
    links: { '/etc/systemd/system-generators/cloud-init-generator': '/dev/null' },
    ...off,
  },
  'command line names NoCloud': { boot: { '/cmdline.txt': 'console=tty1 root=LABEL=rootfs ds=nocloud\n' } },
  'command line names a place': {
    boot: { '/cmdline.txt': 'console=tty1 ds=nocloud;s=http://192.0.2.9/\n' },
    ...elsewhere,
  },
  'command line switches off': { boot: { '/cmdline.txt': 'console=tty1 cloud-init=disabled\n' }, ...off },
  'command line names Ec2': { boot: { '/cmdline.txt': 'ci.ds=Ec2 console=tty1\n' }, ...off },
  'GRUB switches off': {
    root: { '/etc/default/grub': 'GRUB_CMDLINE_LINUX="quiet cloud-init=disabled"\n' },
    ...off,
  },
  'GRUB says nothing': {
    root: { '/etc/default/grub': '# cloud-init=disabled\nGRUB_CMDLINE_LINUX="quiet"\n' },
  },
  'uid 1000 of another': {
    root: { '/etc/passwd': passwd('pi:x:1000:1000::/home/pi:/bin/bash'), '/etc/group': group('pi:x:1000:') },
    messages: ['uid-taken'],
  },
  'gid 1000 of another': {
    root: { '/etc/passwd': passwd(), '/etc/group': group('spi:x:1000:') },
    messages: ['uid-taken'],
  },
  'our user with another uid': {
    root: {
      '/etc/passwd': passwd('dlimage:x:1001:1001::/home/dlimage:/bin/bash'),
      '/etc/group': group('dlimage:x:1001:'),
    },
    messages: ['uid-differs'],
  },
  'a group of our name': {
    root: { '/etc/passwd': passwd(), '/etc/group': group('dlimage:x:999:') },
    messages: ['name-is-group'],
  },
  'our user': {
    root: {
      '/etc/passwd': passwd('dlimage:x:1000:1000::/home/dlimage:/bin/bash'),
      '/etc/group': group('dlimage:x:1000:'),
    },
  },
  'somebody else': {
    root: {
      '/etc/passwd': passwd('ada:x:1001:1001::/home/ada:/bin/bash'),
      '/etc/group': group('ada:x:1001:'),
    },
  },
  'names and keys': {
    root: {
      '/etc/hostname': 'old-1\n',
      '/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 old-1\n203.0.113.9 m-1\n',
      '/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
      '/etc/ssh/ssh_host_ed25519_key': 'old\n',
      '/etc/ssh/ssh_host_rsa_key': 'old\n',
    },
  },
  'an earlier boot': {
    root: {
      '/var/lib/cloud/data/instance-id': 'old-old-1-000000000000\n',
      '/var/lib/cloud/data/previous-instance-id': 'NO_PREVIOUS_INSTANCE_ID\n',
      '/var/lib/cloud/instances/old-old-1-000000000000/user-data.txt': oldUser,
      '/var/lib/cloud/instances/old-old-1-000000000000/cloud-config.txt': oldUser,
      '/var/lib/cloud/instances/old-old-1-000000000000/datasource': 'DataSourceNoCloud: DataSourceNoCloud\n',
      '/var/lib/cloud/instances/old-old-1-000000000000/boot-finished': '',
      '/var/lib/cloud/sem/config_scripts_per_once.once': '',
    },
    links: { '/var/lib/cloud/instance': '/var/lib/cloud/instances/old-old-1-000000000000' },
  },
  'an upgrade of cloud-init': {
    root: { '/var/lib/cloud/data/upgraded-network': '' },
    ...elsewhere,
  },
  'an earlier dlimage': {
    root: {
      ...oldSeed(`${seedDirectory}/nocloud`),
      '/etc/dlimage/node.env': 'DLIMAGE_CLUSTER=old\nDLIMAGE_NODE=old-1\n',
      '/etc/cloud/cloud.cfg.d/95-dlimage.cfg': 'datasource_list: [None]\n',
      '/etc/cloud/cloud.cfg.d/zz-dlimage.cfg': 'datasource_list: [None]\n',
      '/usr/lib/dlimage/dlimage_node/line.py': 'raise SystemExit\n',
    },
    messages: ['image-of-node'],
  },
  'a member of a swarm': {
    root: { '/var/lib/docker/swarm/docker-state.json': '{"LocalAddr":"203.0.113.9"}\n' },
    messages: ['image-in-swarm'],
  },
  'a network of netplan': {
    root: { '/etc/netplan/01-netcfg.yaml': 'network: {version: 2, ethernets: {eth0: {dhcp4: true}}}\n' },
    messages: ['network-elsewhere'],
  },
  'a network of cloud-init': {
    root: { '/etc/netplan/50-cloud-init.yaml': 'network: {version: 2, ethernets: {eth0: {dhcp4: true}}}\n' },
  },
  'a network of ifupdown': {
    root: { '/etc/network/interfaces': 'auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet dhcp\n' },
    messages: ['network-elsewhere'],
  },
  'a loopback of ifupdown': {
    root: { '/etc/network/interfaces': 'auto lo\niface lo inet loopback\n' },
  },
};

/** Chooses pasts of an image. Those that need a boot partition are left out where it has none. */
export function planPast(random: Randomness, hasBoot: boolean, hasFault: boolean): string[] {
  const names = Object.keys(pasts).filter((name) => hasBoot || pasts[name]?.boot === undefined);
  const isWrong = (name: string): boolean => pasts[name]?.messages !== undefined;
  const chosen = hasFault ? [random.pick(names.filter(isWrong))] : [];
  for (let count = random.pick([0, 1, 1, 2, 3]); count > 0; count -= 1) {
    const name = random.pick(names.filter((one) => !isWrong(one)));
    if (!chosen.some((other) => areAtOnePlace(other, name))) chosen.push(name);
  }
  return chosen;
}

/** Two that write one file are not had at once. */
function areAtOnePlace(one: string, other: string): boolean {
  const places = (name: string): string[] => {
    const { root = {}, boot = {}, links = {} } = pasts[name] ?? {};
    return [...Object.keys(root), ...Object.keys(links), ...Object.keys(boot).map((path) => `boot:${path}`)];
  };
  return places(one).some((place) => places(other).includes(place));
}
