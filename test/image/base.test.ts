import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BaseRequest } from '../../builder/base/base-request.ts';
import { openBase, wantedBases, type BaseReader } from './support/base-image.ts';
import { run } from './support/programs.ts';

/** What every base must be, read with programs that did not write it. The Pi's takes minutes to build: in CI only. */
const always = [
  'debian-13 pc-amd64',
  ...(process.env['CI'] === 'true' ? ['debian-13 raspberry-pi-arm64'] : []),
];
const wanted = await wantedBases(new Set(always));
const wantedFor = (...platforms: readonly BaseRequest['platform'][]): [string, BaseRequest][] =>
  wanted.filter(([, { platform }]) => platforms.includes(platform));

let reader: BaseReader;

describe.each(wanted)('%s', (_name, request) => {
  beforeAll(async () => {
    reader = await openBase(request);
  });

  it('is divided as its record says', () => {
    const { base } = reader;
    const table: { partitiontable: { label: string; partitions: { start: number; size: number }[] } } =
      JSON.parse(run('sfdisk', ['--json', base.imagePath]).toString('utf8'));
    const { label, partitions } = table.partitiontable;
    expect(label).toBe(base.table === 'mbr' ? 'dos' : 'gpt');
    expect(partitions.map(({ start, size }) => [start * 512, size * 512])).toEqual(
      base.partitions.map(({ offsetBytes, sizeBytes }) => [offsetBytes, sizeBytes]),
    );
    expect(run('sfdisk', ['--verify', base.imagePath]).toString('utf8')).toContain('No errors detected');
  });

  it('has a clean ext4 with the recorded label, in features that GRUB 2.06 reads', () => {
    const { label, uuid, offsetBytes } = reader.partition('root');
    run('e2fsck', ['-fn', `${reader.base.imagePath}?offset=${offsetBytes}`]);
    const superblock = reader.debugfs('stats -h');
    expect(superblock).toMatch(new RegExp(`volume name: +${label}$`, 'm'));
    expect(superblock).toMatch(new RegExp(`UUID: +${uuid}$`, 'm'));
    expect(superblock).not.toMatch(/metadata_csum_seed|orphan_file|needs_recovery/);
  });

  it('has a clean FAT with the recorded label', () => {
    const { label, uuid, offsetBytes, sizeBytes } = reader.partition('boot');
    const script = `f=$(mktemp) && trap 'rm -f "$f"' EXIT
      dd if="$1" of="$f" bs=1M skip="$2" count="$3" conv=sparse status=none && fsck.vfat -n "$f" && blkid -p "$f"`;
    const range = [String(offsetBytes / 1048576), String(sizeBytes / 1048576)];
    const printed = run('sh', ['-c', script, 'sh', reader.base.imagePath, ...range]).toString('utf8');
    expect(printed).toContain(`LABEL="${label}"`);
    expect(printed).toContain(`UUID="${uuid}"`);
  });

  it('lists exactly the packages that dpkg has installed', () => {
    const script = `d=$(mktemp -d) && trap 'rm -rf "$d"' EXIT && cat >"$d/status" && mkdir "$d/info" "$d/updates"
      dpkg-query --admindir="$d" -W -f '\${Package} \${Version} \${Architecture} \${db:Status-Status}\\n'`;
    const lines = run('sh', ['-c', script], reader.debugfs('cat /var/lib/dpkg/status'))
      .toString('utf8')
      .trimEnd();
    const recorded = reader.base.packages.map(
      ({ name, version, architecture }) => `${name} ${version} ${architecture} installed`,
    );
    expect(new Set(lines.split('\n'))).toEqual(new Set(recorded));
  });

  it('has the software versions that its definition promises', () => {
    const { cloud_init, docker, glusterfs, keepalived, openssh } = request.definition.software;
    const left =
      request.definition.platforms[`${request.platform}-${request.architecture}`]?.exclude_packages ?? [];
    const promised = {
      'cloud-init': cloud_init,
      'docker.io': docker,
      keepalived,
      'glusterfs-server': glusterfs,
      'openssh-server': openssh,
    };
    const installed = new Map(reader.base.packages.map(({ name, version }) => [name, version]));
    const found = Object.keys(promised).map((name) => [
      name,
      installed.get(name)?.replace(/^(?:\d+:)?(\d+\.\d+).*$/, '$1'),
    ]);
    const expected = Object.entries(promised).map(([name, version]) => [
      name,
      left.includes(name) ? undefined : version,
    ]);
    expect(found).toEqual(expected);
  });

  it('carries nothing that only one node may have', () => {
    expect(reader.debugfs('stat /etc/machine-id')).toMatch(/Type: regular[\s\S]*Size: 0\b/);
    expect(reader.list('/etc/ssh').filter((name) => name.startsWith('ssh_host_'))).toEqual([]);
    expect(reader.debugfs('stat /var/lib/glusterd/glusterd.info')).not.toContain('Inode:');
    const shadow = reader.debugfs('cat /etc/shadow').trimEnd().split('\n');
    expect(shadow.length).toBeGreaterThan(10);
    expect(shadow.filter((line) => !/^[^:]+:[!*]/.test(line))).toEqual([]);
    expect(reader.debugfs('cat /etc/passwd')).not.toContain(':/home/');
  });

  it('carries no traces of its build', () => {
    expect(reader.list('/')).not.toContain('.native');
    expect(reader.list('/tmp')).toEqual([]);
    expect(reader.list('/var/log')).not.toContain('dpkg.log');
    expect(
      reader.list('/var/lib/apt/lists').filter((name) => name !== 'auxfiles' && name !== 'partial'),
    ).toEqual([]);
    expect(reader.list('/usr/bin').filter((name) => name.endsWith('.packaged'))).toEqual([]);
    expect(reader.debugfs('cat /var/lib/dpkg/diversions')).not.toContain('.packaged');
    const own = {
      amd64: 'x86_64-linux-gnu',
      arm64: 'aarch64-linux-gnu',
      armhf: 'arm-linux-gnueabihf',
      armel: 'arm-linux-gnueabi',
    };
    expect(reader.list('/usr/lib').filter((name) => name.includes('-linux-gnu'))).toEqual([
      own[request.architecture],
    ]);
  });

  it('mounts by label what it boots from', () => {
    const fstab = reader.debugfs('cat /etc/fstab');
    expect(fstab).toMatch(new RegExp(`^LABEL=${reader.partition('root').label} +/ +ext4`, 'm'));
    expect(fstab).toMatch(
      new RegExp(`^LABEL=${reader.partition('boot').label} +/boot/(firmware|efi) +vfat`, 'm'),
    );
    expect(reader.debugfs('cat /etc/cloud/cloud.cfg.d/90-dlimage.cfg')).toContain(
      'datasource_list: [NoCloud]',
    );
  });

  it('is what its record says, byte for byte', async () => {
    const { directory, imagePath } = reader.base;
    const record: { sha256: string } = JSON.parse(await readFile(`${directory}/base.json`, 'utf8'));
    expect(run('openssl', ['dgst', '-sha256', imagePath]).toString('utf8').trim()).toMatch(
      new RegExp(`= ${record.sha256}$`),
    );
  });
});

describe.each(wantedFor('raspberry-pi'))('%s on its board', (_name, request) => {
  const { architecture, definition } = request;

  beforeAll(async () => {
    reader = await openBase(request);
  });

  it('finds its seed on the FAT partition', () => {
    expect(definition.platforms[`raspberry-pi-${architecture}`]?.seed).toBe('boot-partition');
    // The label under which cloud-init looks for a seed without being told.
    expect(reader.partition('boot').label).toBe('CIDATA');
  });

  it('has the firmware, the device trees, and the kernel and initrd that config.txt names', () => {
    const boards = {
      arm64: ['bcm2837-rpi-3-b.dtb', 'bcm2837-rpi-3-b-plus.dtb', 'bcm2711-rpi-4-b.dtb'],
      armhf: ['bcm2836-rpi-2-b.dtb'],
      armel: ['bcm2835-rpi-zero.dtb', 'bcm2835-rpi-zero-w.dtb', 'bcm2835-rpi-b-plus.dtb'],
      amd64: [],
    }[architecture];
    const firmware = ['bootcode.bin', 'start.elf', 'fixup.dat', 'start4.elf', 'fixup4.dat'];
    const kernel = reader.list('/boot').filter((name) => name.startsWith('vmlinuz-'));
    expect(kernel).toHaveLength(1);
    const release = kernel.join('').replace('vmlinuz-', '');
    expect(reader.listBoot()).toEqual(
      expect.arrayContaining([...firmware, ...boards, `vmlinuz-${release}`, `initrd.img-${release}`]),
    );
    const config = reader.bootFile('config.txt').toString('utf8');
    expect(config).toMatch(new RegExp(`^kernel=vmlinuz-${release.replace('+', String.raw`\+`)}$`, 'm'));
    expect(config).toMatch(new RegExp(`^initramfs initrd.img-${release.replace('+', String.raw`\+`)}$`, 'm'));
    expect(config).toMatch(/^enable_uart=1$/m);
    expect(config.includes('arm_64bit=1')).toBe(architecture === 'arm64');
    expect(/^gpu_mem=16$/m.test(config)).toBe(architecture === 'armel');
  });

  it('starts the kernel with its root, its consoles and the control groups that Docker needs', () => {
    const words = reader.bootFile('cmdline.txt').toString('utf8').trim().split(/\s+/);
    // A Zero and a Zero W have their port under different names: each board's device tree says which.
    const consoles = {
      arm64: ['console=tty0', 'console=ttyS1,115200'],
      armhf: ['console=tty0', 'console=ttyAMA0,115200'],
      armel: [],
      amd64: [],
    }[architecture];
    const groups = ['cgroup_enable=memory', 'cgroup_enable=cpuset', 'cgroup_memory=1', 'swapaccount=1'];
    const root = `root=LABEL=${reader.partition('root').label}`;
    expect(words).toEqual(
      expect.arrayContaining([root, 'rootwait', 'panic=10', 'net.ifnames=0', ...consoles, ...groups]),
    );
    expect(words.filter((word) => word.startsWith('console='))).toHaveLength(consoles.length);
  });
});

describe.each(wantedFor('pc', 'uefi'))('%s on its machine', (_name, request) => {
  const { architecture } = request;

  beforeAll(async () => {
    reader = await openBase(request);
  });

  it('finds its seed in a directory of the root partition', () => {
    expect(reader.partition('boot').label).not.toBe('CIDATA');
    expect(reader.list('/var/lib/cloud')).toContain('seed');
  });

  it('starts by UEFI with a menu that follows every kernel', () => {
    const loader = {
      amd64: ['BOOTX64.EFI', 'grubx64.efi'],
      arm64: ['BOOTAA64.EFI', 'grubaa64.efi'],
      armhf: [],
      armel: [],
    };
    const paths = loader[architecture].map((name) => `EFI/BOOT/${name}`);
    expect(reader.listBoot()).toEqual(expect.arrayContaining([...paths, 'EFI/debian/grub.cfg']));
    const menu = reader.bootFile('EFI/debian/grub.cfg').toString('utf8');
    expect(menu).toContain(`--label ${reader.partition('root').label}`);
    for (const word of ['net.ifnames=0', 'panic=10']) expect(menu).toContain(word);
    expect(menu).toContain('linux /vmlinuz ');
    expect(reader.debugfs('stat /vmlinuz')).toMatch(/Fast link dest: "boot\/vmlinuz-/);
    expect(reader.debugfs('stat /initrd.img')).toMatch(/Fast link dest: "boot\/initrd\.img-/);
  });
});

describe.each(wantedFor('pc'))('%s on the hardware of a PC', (_name, request) => {
  beforeAll(async () => {
    reader = await openBase(request);
  });

  it('gives the processor its microcode before the kernel starts, whoever made it', () => {
    const initrd = reader.list('/boot').find((name) => name.startsWith('initrd.img-'));
    const archive = reader.debugfs(`cat /boot/${initrd}`);
    const names = [...archive.slice(0, 64 * 1048576).matchAll(/kernel\/x86\/microcode\/(\w+)\.bin/g)];
    expect(new Set(names.map(([, name]) => name))).toEqual(new Set(['GenuineIntel', 'AuthenticAMD']));
  });

  it('has the firmware of wired cards, and what a Wi-Fi card needs beside its own', () => {
    expect(reader.list('/usr/lib/firmware/rtl_nic').length).toBeGreaterThan(10);
    expect(reader.list('/usr/lib/firmware/bnx2').length).toBeGreaterThan(1);
    const names = new Set(reader.base.packages.map(({ name }) => name));
    expect(['wpasupplicant', 'wireless-regdb'].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe.each(wantedFor('pc'))('%s on a PC without UEFI', (_name, request) => {
  beforeAll(async () => {
    reader = await openBase(request);
  });

  it('has an MBR that points at the core image, and that at its own rest', () => {
    const sector = (index: number): Buffer =>
      run('dd', [`if=${reader.base.imagePath}`, 'bs=512', `skip=${index}`, 'count=1', 'status=none']);
    const core = reader.partition('loader').offsetBytes / 512;
    expect(sector(0).readBigUInt64LE(0x5c)).toBe(BigInt(core));
    expect(sector(0).readUInt16LE(510)).toBe(0xaa55);
    expect(sector(core).readBigUInt64LE(512 - 12)).toBe(BigInt(core + 1));
  });
});
