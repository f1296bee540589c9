import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readBase } from '../../builder/host/base/base-cache.ts';
import { readBaseFiles } from '../../builder/host/base/base-files.ts';
import { baseKey } from '../../builder/host/base/base-key.ts';
import type { BaseRequest } from '../../builder/host/base/base-request.ts';
import type { BuiltBase } from '../../builder/host/base/built-base.ts';
import { ensureBase } from '../../builder/host/base/ensure-base.ts';
import { cacheDirectory } from '../../builder/host/cache-directory.ts';
import { silentProgress } from '../../builder/host/progress.ts';
import { readShippedCatalogue } from '../../builder/host/read-catalogue.ts';
import { run } from './support/programs.ts';

/**
 * What every base must be, read with programs that did not write it. `x86` and `pi3` of the default base are built
 * when the cache lacks them (`pi3` in CI only, for it takes minutes); others are looked at when they are there.
 */
const alwaysBuilt = new Set(['debian-13 x86', ...(process.env['CI'] === 'true' ? ['debian-13 pi3'] : [])]);

const { profiles, bases } = await readShippedCatalogue();
const files = await readBaseFiles();
const requests = [...profiles].flatMap(([profileName, profile]) =>
  profile.bases.flatMap((definitionName): [string, BaseRequest][] => {
    const definition = bases.get(definitionName);
    const { platform, architecture } = profile;
    if (definition === undefined)
      throw new Error(`${profileName} names a base that is not shipped: ${definitionName}`);
    return [
      [
        `${definitionName} ${profileName}`,
        { definitionName, definition, platform, architecture, extraPackages: [] },
      ],
    ];
  }),
);
const seen = new Set<string>();
const wanted: [string, BaseRequest][] = [];
for (const [name, request] of requests) {
  const key = baseKey(request, files);
  const cached = await readBase(`${cacheDirectory(undefined)}/bases/${key}`);
  if (!seen.has(key) && (cached !== undefined || alwaysBuilt.has(name))) wanted.push([name, request]);
  seen.add(key);
}

describe.each(wanted)('%s', (_name, request) => {
  const ensured = ensureBase(request, {
    cacheDirectory: cacheDirectory(undefined),
    progress: silentProgress,
  });

  const partition = async (role: string) => {
    const base = await ensured;
    const found = base.partitions.find((candidate) => candidate.role === role);
    if (found === undefined) throw new Error(`no ${role} partition`);
    return { base, ...found };
  };
  const debugfs = async (command: string): Promise<string> => {
    const { base, offsetBytes } = await partition('root');
    return run('debugfs', ['-R', command, `${base.imagePath}?offset=${offsetBytes}`]).toString('utf8');
  };
  const listing = async (directory: string): Promise<string[]> =>
    (await debugfs(`ls -p ${directory}`))
      .split('\n')
      .flatMap((line) => line.split('/')[5] || [])
      .filter((name) => !/^\.+$/.test(name));
  const bootFile = async (path: string): Promise<Buffer> => {
    const { base, offsetBytes } = await partition('boot');
    return run('mtype', ['-i', `${base.imagePath}@@${offsetBytes}`, `::/${path}`]);
  };
  const bootListing = async (): Promise<string[]> => {
    const { base, offsetBytes } = await partition('boot');
    return run('mdir', ['-b', '-/', '-i', `${base.imagePath}@@${offsetBytes}`, '::'])
      .toString('utf8')
      .split('\n')
      .map((line) => line.replace(/^::\//, ''));
  };

  it('is divided as its record says', async () => {
    const base = await ensured;
    const { partitiontable } = JSON.parse(run('sfdisk', ['--json', base.imagePath]).toString('utf8')) as {
      partitiontable: { label: string; partitions: { start: number; size: number }[] };
    };
    expect(partitiontable.label).toBe(base.table === 'mbr' ? 'dos' : 'gpt');
    expect(partitiontable.partitions.map(({ start, size }) => [start * 512, size * 512])).toEqual(
      base.partitions.map(({ offsetBytes, sizeBytes }) => [offsetBytes, sizeBytes]),
    );
    expect(run('sfdisk', ['--verify', base.imagePath]).toString('utf8')).toContain('No errors detected');
  });

  it('has a clean ext4 and a clean FAT with the recorded labels', async () => {
    const root = await partition('root');
    run('e2fsck', ['-fn', `${root.base.imagePath}?offset=${root.offsetBytes}`]);
    const superblock = await debugfs('stats -h');
    expect(superblock).toMatch(new RegExp(`volume name: +${root.label}$`, 'm'));
    expect(superblock).toMatch(new RegExp(`UUID: +${root.uuid}$`, 'm'));
    expect(superblock).not.toMatch(/metadata_csum_seed|orphan_file|needs_recovery/);
    const boot = await partition('boot');
    const carved = run('dd', [
      `if=${boot.base.imagePath}`,
      'bs=1M',
      `skip=${boot.offsetBytes / 1048576}`,
      `count=${boot.sizeBytes / 1048576}`,
      'status=none',
    ]);
    const checked = run(
      'sh',
      ['-c', 'f=$(mktemp) && trap "rm -f $f" EXIT && cat >"$f" && fsck.vfat -n "$f" && blkid -p "$f"'],
      carved,
    ).toString('utf8');
    expect(checked).toContain(`LABEL="${boot.label}"`);
    expect(checked).toContain(`UUID="${boot.uuid}"`);
  });

  it('lists exactly the packages that dpkg has installed', async () => {
    const base = await ensured;
    const status = await debugfs('cat /var/lib/dpkg/status');
    const script =
      'd=$(mktemp -d) && trap "rm -rf $d" EXIT && cat >"$d/status" && mkdir "$d/info" "$d/updates" && dpkg-query --admindir="$d" -W -f \'${Package} ${Version} ${Architecture} ${db:Status-Status}\\n\'';
    const lines = run('sh', ['-c', script], status).toString('utf8').trimEnd().split('\n').toSorted();
    expect(lines).toEqual(
      base.packages
        .map(({ name, version, architecture }) => `${name} ${version} ${architecture} installed`)
        .toSorted(),
    );
  });

  it('has the software versions that its definition promises', async () => {
    const { packages } = await ensured;
    const { cloud_init, docker, glusterfs, keepalived } = request.definition.software;
    const promised = {
      'cloud-init': cloud_init,
      'docker.io': docker,
      keepalived,
      ...(request.architecture === 'armhf' ? {} : { 'glusterfs-server': glusterfs }),
    };
    for (const [name, version] of Object.entries(promised)) {
      const installed = packages.find((entry) => entry.name === name)?.version.replace(/^\d+:/, '');
      expect(installed, name).toMatch(new RegExp(`^${version?.replaceAll('.', String.raw`\.`)}[.-]`));
    }
  });

  it('carries nothing that only one node may have', async () => {
    expect(await debugfs('stat /etc/machine-id')).toMatch(/Type: regular[\s\S]*Size: 0\b/);
    expect((await listing('/etc/ssh')).filter((name) => name.startsWith('ssh_host_'))).toEqual([]);
    expect(await listing('/var/lib/glusterd')).not.toContain('glusterd.info');
    const shadow = (await debugfs('cat /etc/shadow')).trimEnd().split('\n');
    expect(shadow.filter((line) => !/^[^:]+:[!*]/.test(line))).toEqual([]);
    expect(await debugfs('cat /etc/passwd')).not.toMatch(/:[1-9]\d{3}:[^:]*:[^:]*:\/home\//);
  });

  it('carries no traces of its build', async () => {
    expect(await listing('/')).not.toContain('.native');
    expect(await listing('/tmp')).toEqual([]);
    expect(await listing('/var/log')).not.toContain('dpkg.log');
    expect(
      (await listing('/var/lib/apt/lists')).filter((name) => name !== 'auxfiles' && name !== 'partial'),
    ).toEqual([]);
    expect((await listing('/usr/bin')).filter((name) => name.endsWith('.packaged'))).toEqual([]);
    expect(await debugfs('cat /var/lib/dpkg/diversions')).not.toContain('.packaged');
    const foreign = { amd64: 'aarch64-linux-gnu', arm64: 'x86_64-linux-gnu', armhf: 'x86_64-linux-gnu' }[
      request.architecture
    ];
    expect(await listing('/usr/lib')).not.toContain(foreign);
  });

  it('finds its seed where its definition says', async () => {
    const { seed } = request.definition.platforms[`${request.platform}-${request.architecture}`] ?? {};
    const fragments = await listing('/etc/cloud/cloud.cfg.d');
    expect(await debugfs('cat /etc/cloud/cloud.cfg.d/90-dlimage.cfg')).toContain(
      'datasource_list: [NoCloud]',
    );
    if (seed === 'boot-partition') {
      const { label } = await partition('boot');
      expect(await debugfs('cat /etc/cloud/cloud.cfg.d/91-dlimage-seed.cfg')).toContain(`fs_label: ${label}`);
    } else {
      expect(fragments).not.toContain('91-dlimage-seed.cfg');
      expect(await listing('/var/lib/cloud')).toContain('seed');
    }
  });

  it('mounts by label what it boots from', async () => {
    const fstab = await debugfs('cat /etc/fstab');
    const root = await partition('root');
    const boot = await partition('boot');
    expect(fstab).toMatch(new RegExp(`^LABEL=${root.label} +/ +ext4`, 'm'));
    expect(fstab).toMatch(new RegExp(`^LABEL=${boot.label} +/boot/(firmware|efi) +vfat`, 'm'));
  });

  it('has all that its firmware needs to start the kernel', async () => {
    const root = await partition('root');
    const kernel = (await listing('/boot')).filter((name) => name.startsWith('vmlinuz-'));
    expect(kernel).toHaveLength(1);
    const release = kernel[0]?.replace('vmlinuz-', '') ?? '';
    const names = await bootListing();
    if (request.platform === 'raspberry-pi') {
      const boards =
        request.architecture === 'arm64'
          ? ['bcm2837-rpi-3-b.dtb', 'bcm2837-rpi-3-b-plus.dtb', 'bcm2711-rpi-4-b.dtb']
          : ['bcm2836-rpi-2-b.dtb'];
      expect(names).toEqual(
        expect.arrayContaining([
          'bootcode.bin',
          'start.elf',
          'fixup.dat',
          'start4.elf',
          'fixup4.dat',
          ...boards,
          `vmlinuz-${release}`,
          `initrd.img-${release}`,
        ]),
      );
      const config = (await bootFile('config.txt')).toString('utf8');
      expect(config).toContain(`kernel=vmlinuz-${release}`);
      expect(config).toContain(`initramfs initrd.img-${release}`);
      expect(config).toContain('enable_uart=1');
      if (request.architecture === 'arm64') expect(config).toContain('arm_64bit=1');
      const cmdline = (await bootFile('cmdline.txt')).toString('utf8').trim().split(/\s+/);
      expect(cmdline).toEqual(
        expect.arrayContaining([
          `root=LABEL=${root.label}`,
          'rootwait',
          'net.ifnames=0',
          'cgroup_enable=memory',
          'cgroup_enable=cpuset',
          'console=tty0',
        ]),
      );
      expect(await debugfs(`stat /boot/initrd.img-${release}`)).toContain(
        `Size: ${(await bootFile(`initrd.img-${release}`)).length}`,
      );
    } else {
      const loader =
        request.architecture === 'arm64'
          ? ['EFI/BOOT/BOOTAA64.EFI', 'EFI/BOOT/grubaa64.efi']
          : ['EFI/BOOT/BOOTX64.EFI', 'EFI/BOOT/grubx64.efi'];
      expect(names).toEqual(expect.arrayContaining([...loader, 'EFI/debian/grub.cfg']));
      const menu = (await bootFile('EFI/debian/grub.cfg')).toString('utf8');
      expect(menu).toContain(`--label ${root.label}`);
      expect(menu).toContain('net.ifnames=0');
      expect(await debugfs('stat /vmlinuz')).toContain(`boot/vmlinuz-${release}`);
      expect(await debugfs('stat /initrd.img')).toContain(`boot/initrd.img-${release}`);
    }
  });

  if (request.platform === 'pc') {
    it('starts by BIOS: the MBR points at the core image, and that at its own rest', async () => {
      const { base, offsetBytes } = await partition('loader');
      const image: BuiltBase = base;
      const sector = (index: number): Buffer =>
        run('dd', [`if=${image.imagePath}`, 'bs=512', `skip=${index}`, 'count=1', 'status=none']);
      const core = offsetBytes / 512;
      expect(sector(0).readBigUInt64LE(0x5c)).toBe(BigInt(core));
      expect(sector(0).readUInt16LE(510)).toBe(0xaa55);
      expect(sector(core).readBigUInt64LE(512 - 12)).toBe(BigInt(core + 1));
    });
  }

  it('is what its record says, byte for byte', async () => {
    const base = await ensured;
    const record = JSON.parse(await readFile(`${base.directory}/base.json`, 'utf8')) as { sha256: string };
    expect(run('openssl', ['dgst', '-sha256', base.imagePath]).toString('utf8').trim()).toMatch(
      new RegExp(`= ${record.sha256}$`),
    );
  });
});
