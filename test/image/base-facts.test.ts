import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseFacts } from '../../builder/base/host/facts/read-base-facts.ts';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, usualImage } from './support/test-image.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']);

const stanza = (name: string, more = '') =>
  `Package: ${name}\nStatus: install ok installed\n${more}Architecture: arm64\nVersion: 1\n`;
const status = [
  stanza('dash', 'Essential: yes\nPre-Depends: libc6 (>= 2)\n'),
  stanza('libc6'),
  stanza('nano'),
  stanza('ssh-server', 'Depends: libwrap | other, libfoo:any (>= 3)\n'),
  stanza('libfoo'),
].join('\n');

/** What the bases of these tests have: modes and content by path. */
const common: Readonly<Record<string, readonly [number, string]>> = {
  '/usr/bin/bash': [0o755, '#!'],
  '/usr/bin/dash': [0o755, '#!'],
  '/usr/bin/nano': [0o755, '#!'],
  '/usr/bin/not-run': [0o644, '#!'],
  '/usr/lib/libfoo.so.1': [0o644, 'x'],
  '/usr/lib/of-nobody': [0o644, 'x'],
  '/opt/tool': [0o755, 'x'],
  '/usr/lib/os-release': [0o644, 'ID=ubuntu\nVERSION_ID="24.04"\n'],
  '/etc/passwd': [0o644, 'root:x:0:0:root:/root:/bin/sh\nubuntu:x:1000:1000::/home/ubuntu:/bin/sh\n'],
  '/etc/group': [0o644, 'root:x:0:\nvideo:x:44:\nubuntu:x:1000:\n'],
};
const links: Readonly<Record<string, string>> = {
  '/bin': 'usr/bin',
  '/usr/bin/sh': 'dash',
  '/usr/bin/editor': '/etc/editor',
  '/etc/os-release': '../usr/lib/os-release',
  '/etc/editor': '/usr/bin/nano',
  '/etc/of-ours': '/usr/bin/dash',
  '/data': 'srv',
  '/more': 'srv',
};
const packages: Readonly<Record<string, readonly [number, string]>> = {
  '/var/lib/dpkg/status': [0o644, status],
  '/var/lib/dpkg/info/dash.list': [0o644, '/.\n/bin\n/bin/dash\n/bin/sh\n'],
  '/var/lib/dpkg/info/libfoo:arm64.list': [0o644, '/lib\n/lib/libfoo.so.1\n'],
  '/var/lib/dpkg/info/nano.list': [0o644, '/usr/bin/nano\n'],
};

describe.skipIf(missing.length > 0)('what a base has', () => {
  const scratch = makeScratch();
  const at = (name: string) => join(scratch.path, name);

  /** A small image with a root filesystem that holds more than the usual. */
  const makeBase = (name: string, files: typeof common, more: readonly string[] = []): string => {
    const path = at(name);
    buildTestImage(usualImage, path, scratch.path);
    const folders = ['/usr/bin', '/opt', '/srv', '/var/lib', '/var/lib/dpkg', '/var/lib/dpkg/info', ...more];
    const lines = [...more.map((folder) => `rm ${folder}`), ...folders.map((folder) => `mkdir ${folder}`)];
    for (const [index, [file, [mode, text]]] of Object.entries(files).entries()) {
      writeFileSync(at(`content-${index}`), text);
      lines.push(`write ${at(`content-${index}`)} ${file}`);
      lines.push(`set_inode_field ${file} mode 0${(0o100_000 | mode).toString(8)}`);
    }
    for (const [link, target] of Object.entries(links)) lines.push(`symlink ${link} ${target}`);
    run('debugfs', ['-w', '-f', '-', `${path}?offset=${rootOffset(usualImage)}`], `${lines.join('\n')}\n`);
    return path;
  };

  beforeAll(() => {
    makeBase('plain.img', common);
    makeBase('with-dpkg.img', { ...common, ...packages });
    mkdirSync(at('tree'));
    writeFileSync(at('motd'), 'hello\n');
  });
  afterAll(() => scratch.cleanUp());

  const build = async (lines: readonly string[]) => {
    writeFileSync(
      at('cluster.yaml'),
      ['name: x', 'profile: pi3', 'base: ./plain.img', ...lines, ''].join('\n'),
    );
    return await runCli(scratch.path, ['build', '--quiet', '--out', at('out')]);
  };
  /** Lines like `cluster.yaml:4:25: error: ... [shell-missing]`, of errors only. */
  const errorsIn = (text: string) => text.split('\n').filter((line) => line.includes(': error: '));

  it('decides whether a definition can be built, with the place and before any long work', async () => {
    const { exitCode, stderr } = await build([
      'users:',
      '  - { name: ada, uid: 1001, shell: /usr/local/bin/tool }',
      '  - { name: bob, uid: 1002, shell: /usr/bin/not-run }',
      '  - { name: cyd, uid: 1003, shell: /bin/sh }',
      '  - { name: dan }',
      'files:',
      '  - { source: ./motd, path: /opt/tool/motd }',
      '  - { source: ./motd, path: /data }',
      '  - { source: ./motd, path: /more/one }',
      '  - { source: ./motd, path: /srv/one }',
      '  - { source: ./tree, path: /opt/tool }',
    ]);
    expect(errorsIn(stderr)).toEqual([
      'cluster.yaml:5:36: error: plain.img has no shell /usr/local/bin/tool, so ada could not log in [shell-missing]',
      'cluster.yaml:6:36: error: /usr/bin/not-run of plain.img is not executable, so bob could not log in [shell-missing]',
      'cluster.yaml:8:13: error: dan gets the number 1000, which the user ubuntu of plain.img has [uid-taken]',
      'cluster.yaml:10:29: error: /opt/tool/motd lies below /opt/tool, which is no folder in plain.img [target-below-file]',
      'cluster.yaml:11:29: error: /data is a link to a folder in plain.img, and cannot be a file [target-is-folder]',
      'cluster.yaml:13:29: error: /srv/one is the same place as /more/one: a link of plain.img leads to /srv/one [target-twice]',
      'cluster.yaml:14:15: error: /opt/tool (tree) is a file in plain.img, and cannot be a folder [target-is-file]',
    ]);
    expect(exitCode).toBe(1);
  });

  it('is known with the packages that files are from, and whether nodes need them', async () => {
    const image = await readBaseImage(at('with-dpkg.img'));
    const targets = [
      '/usr/bin/dash',
      '/usr/bin/sh',
      '/usr/bin/editor',
      '/usr/bin/nano',
      '/usr/lib/libfoo.so.1',
    ];
    const free = ['/usr/lib/of-nobody', '/etc/of-ours', '/usr/bin/new', '/etc/passwd'];
    const asked = { name: 'x', image, nodes: ['x1'], wanted: [['ssh-server'], ['nano'], ['zsh']] };
    const facts = await readBaseFacts(
      { ...asked, ownPackages: ['nano', 'zsh'] },
      { shells: ['/bin/bash'], targets: [...targets, ...free] },
    );
    expect(targets.map((path) => facts.places.get(path)?.owner)).toEqual([
      { name: 'dash', isNeeded: true },
      { name: 'dash', isNeeded: true },
      { name: 'nano', isNeeded: false },
      { name: 'nano', isNeeded: false },
      { name: 'libfoo', isNeeded: true },
    ]);
    expect(free.map((path) => facts.places.get(path)?.owner)).toEqual(free.map(() => null));
    expect(facts.lacks).toEqual(['zsh']);
    expect([...facts.system.osRelease]).toEqual([
      ['ID', 'ubuntu'],
      ['VERSION_ID', '24.04'],
    ]);
    expect(facts.system.packages).toContain('dash');
    expect(facts.places.get('/bin/bash')).toMatchObject({ leadsTo: 'file', isExecutable: true, owner: null });
    expect(facts.accounts).toContainEqual({ name: 'ubuntu', id: 1000 });
  });

  it('is asked for as it is written: a base of before the merge of /usr has a /lib of its own', async () => {
    const unit = '/lib/systemd/system/docker.service';
    const list = '/var/lib/dpkg/info/docker-ce.list';
    const old = {
      [unit]: [0o644, 'x'],
      [`/usr${unit}`]: [0o644, 'x'],
      [list]: [0o644, `${unit}\n`],
    } as const;
    const folders = [
      '/lib',
      '/lib/systemd',
      '/lib/systemd/system',
      '/usr/lib/systemd',
      '/usr/lib/systemd/system',
    ];
    const installed = { '/var/lib/dpkg/status': [0o644, stanza('docker-ce')] } as const;
    const image = await readBaseImage(makeBase('unmerged.img', { ...installed, ...old }, folders));
    const asked = { name: 'x', image, nodes: ['x1'], wanted: [['docker-ce']], ownPackages: [] };
    const { places } = await readBaseFacts(asked, { shells: [], targets: [unit, `/usr${unit}`] });
    expect(places.get(unit)).toMatchObject({ path: unit, owner: { name: 'docker-ce', isNeeded: true } });
    expect(places.get(`/usr${unit}`)).toMatchObject({ path: `/usr${unit}`, kind: 'file', owner: null });
  });

  it('is known with what keeps its cloud-init from the seed of a node', async () => {
    const parts = '/etc/cloud/cloud.cfg.d';
    const past = {
      '/etc/cloud/cloud-init.disabled': [0o644, ''],
      '/etc/cloud/ds-identify.cfg': [0o644, '# policy: disabled\npolicy: disabled\n'],
      '/etc/cloud/cloud.cfg': [0o644, 'datasource_list: [Ec2]\nnetwork: {config: disabled}\n'],
      '/var/lib/cloud/data/upgraded-network': [0o644, ''],
      // Overridden by a file of ours.
      [`${parts}/99-installer.cfg`]: [0o644, 'datasource_list: [None]\nnetwork: {config: disabled}\n'],
      [`${parts}/99-whole.cfg`]: [0o644, 'datasource: {NoCloud: {user-data: x, meta-data: y}}\n'],
      [`${parts}/zzz.cfg`]: [0o644, 'datasource_list: [None]\nlocale: false\n'],
      [`${parts}/zzz.bad.cfg`]: [0o644, '{'],
      [`${parts}/zzz.txt`]: [0o644, 'datasource_list: [None]\n'],
      '/etc/default/grub': [
        0o644,
        '# cloud-init=disabled\nGRUB_CMDLINE_LINUX="quiet ds=nocloud-net\\;s=http://a/"\n',
      ],
      '/etc/dlimage/node.env': [0o600, "DLIMAGE_CLUSTER='old'\nDLIMAGE_NODE='one'\n"],
      '/etc/netplan/01-netcfg.yaml': [0o600, 'network: {ethernets: {eth0: {addresses: [192.168.1.9/24]}}}\n'],
      '/etc/netplan/01-network-manager-all.yaml': [
        0o600,
        'network: {version: 2, renderer: NetworkManager}\n',
      ],
      '/etc/netplan/50-cloud-init.yaml': [0o600, 'network: {ethernets: {eth0: {dhcp4: true}}}\n'],
      '/etc/network/interfaces': [
        0o644,
        'auto lo\niface lo inet loopback\nallow-hotplug enp1s0\niface enp1s0 inet dhcp\n',
      ],
    } as const;
    const state = ['/var/lib/cloud', '/var/lib/cloud/data'];
    const etc = ['/etc/cloud', parts, '/etc/default', '/etc/dlimage', '/etc/netplan', '/etc/network'];
    const folders = [...etc, ...state];
    const path = makeBase('past.img', past, folders);
    writeFileSync(at('cmdline.txt'), 'console=tty1 ds=nocloud root=LABEL=x cloud-init=disabled\n');
    const { boot } = await readBaseImage(path);
    run('mcopy', ['-o', '-i', `${path}@@${boot?.offsetBytes}`, at('cmdline.txt'), '::cmdline.txt']);
    const image = await readBaseImage(path);
    const asked = { name: 'x', image, nodes: ['x1'], wanted: [], ownPackages: [] };
    const { hindrances, past: found } = await readBaseFacts(asked, { shells: [], targets: [] });
    expect(hindrances.map(({ kind, path: place, setting }) => [kind, place, setting])).toEqual([
      ['off', '/etc/cloud/cloud-init.disabled', null],
      ['other', '/var/lib/cloud/data/upgraded-network', null],
      ['off', 'boot:/cmdline.txt', 'cloud-init=disabled'],
      ['other', '/etc/default/grub', 'ds=nocloud-net;s=http://a/'],
      ['off', '/etc/cloud/ds-identify.cfg', 'policy: disabled'],
      ['other', `${parts}/99-whole.cfg`, 'datasource: NoCloud: user-data'],
      ['other', `${parts}/zzz.cfg`, 'datasource_list'],
    ]);
    expect(found).toEqual({
      nodeOf: 'old',
      isInSwarm: false,
      isInPool: false,
      networks: [
        { path: '/etc/network/interfaces', interfaces: ['enp1s0'] },
        { path: '/etc/netplan/01-netcfg.yaml', interfaces: ['*'] },
      ],
    });
  });
});
