import { cp, mkdir, open, readdir, rename } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeTree } from '../../builder/base/host/base-cache.ts';
import { writeBiosBoot } from '../../builder/base/host/bios-boot.ts';
import type { BaseRequest } from '../../builder/base/base-request.ts';
import { installPackages } from '../../builder/base/host/install-packages.ts';
import { runInNamespace } from '../../builder/system/host/namespace.ts';
import { packageRoot } from '../../builder/system/host/package-root.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { runTool } from '../../builder/system/host/run-tool.ts';
import type { StandIn, StandInPartition } from './stand-in.ts';

const ownFolder = fileURLToPath(new URL('.', import.meta.url));
const sectorBytes = 512;
const mebibyte = 1024 * 1024;
/** A GPT keeps a copy of itself in the last sectors. */
const tailBytes = mebibyte;

/** Programs of this machine that stand in for emulated ones, as in the bases that dlimage builds. */
const standInPrograms =
  'bash coreutils cpio dash debianutils diffutils dpkg findutils grep gzip hostname init-system-helpers kmod mawk openssl passwd perl-base procps python3 sed systemd tar udev util-linux xz-utils zstd';

/** Builds a stand-in as `base.img` in an empty directory. */
export async function buildStandIn(name: string, standIn: StandIn, directory: string): Promise<void> {
  const work = join(directory, 'work');
  const paths = {
    imagePath: join(directory, 'base.img'),
    files: join(work, 'files'),
    tree: join(work, 'rootfs'),
    standIns: join(work, 'programs'),
    bootTree: join(work, 'boot'),
    loader: join(work, 'loader'),
  };
  await copyScripts(name, standIn, paths.files);
  // Not every mirror has security updates for every architecture.
  const options = { cacheDirectory: directory, progress: silentProgress, isWithoutSecurity: true };
  await installPackages(requestOf(name, standIn), paths, options, silentProgress.task('packages'));
  const env = { SOURCE_DATE_EPOCH: '1735689600', DLIMAGE_REPORT: join(work, 'report') };
  const seal = { step: 'clean the tree', timeoutSeconds: 900, env };
  await runInNamespace('sh', [join(paths.files, 'build/seal.sh'), paths.tree], seal);
  await runInNamespace('sh', [join(ownFolder, name, 'customize.sh'), paths.tree], {
    ...seal,
    step: 'customise',
  });
  await assemble(standIn, paths, work);
  await removeTree(work);
}

/** The scripts of dlimage's own bases, with the files of the stand-in in the place of theirs. */
async function copyScripts(name: string, { platform }: StandIn, files: string): Promise<void> {
  await mkdir(join(files, 'rootfs'), { recursive: true });
  await cp(join(packageRoot, 'profiles/bases/build'), join(files, 'build'), { recursive: true });
  await cp(join(ownFolder, name, 'rootfs'), join(files, 'rootfs/common'), { recursive: true });
  if (platform === 'pc') await cp(join(ownFolder, name, 'grub-bios.cfg'), join(files, 'build/grub-bios.cfg'));
}

function requestOf(name: string, standIn: StandIn): BaseRequest {
  const { platform, architecture, suite, components, packages, hooks = [], description } = standIn;
  return {
    platform,
    architecture,
    definitionName: name,
    extraPackages: [],
    definition: {
      description,
      build: {
        suite,
        components: [...components],
        packages: [...packages],
        hooks: [...hooks],
        // A package of its own since Debian 13.
        stand_ins: [...standInPrograms.split(' '), ...(suite === 'bookworm' ? [] : ['dracut-install'])],
      },
      software: { cloud_init: '0.0', docker: '0.0', keepalived: '0.0' },
      platforms: {},
    },
  };
}

interface Placed extends StandInPartition {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

async function assemble(
  standIn: StandIn,
  paths: { readonly imagePath: string; readonly tree: string; readonly loader: string },
  work: string,
): Promise<void> {
  const placed = place(standIn);
  const file = await open(paths.imagePath, 'wx', 0o644);
  await file.truncate(standIn.sizeMb * mebibyte);
  await file.close();
  const { table, diskId } = standIn;
  const ids = diskId === undefined ? [] : [`label-id: 0x${diskId}`];
  const script = [`label: ${table}`, ...ids, ...placed.map(describe), ''].join('\n');
  await runTool('sfdisk', ['--quiet', '--no-tell-kernel', paths.imagePath], {
    step: 'write the partition table',
    input: script,
  });
  // What is mounted deepest leaves the tree first.
  const mounted = placed
    .filter(({ content }) => content.kind !== 'code')
    .toSorted((one, other) => depth(other) - depth(one));
  for (const partition of mounted) await fill(partition, paths, work);
  const code = placed.find(({ content }) => content.kind === 'code');
  if (code !== undefined) await writeBiosBoot(paths.imagePath, paths.loader, code);
}

function place({ partitions, sizeMb }: StandIn): Placed[] {
  return partitions.map((partition) => {
    const offsetBytes = partition.startSector * sectorBytes;
    const rest = sizeMb * mebibyte - offsetBytes - tailBytes;
    return {
      ...partition,
      offsetBytes,
      sizeBytes: partition.sizeMb === undefined ? rest : partition.sizeMb * mebibyte,
    };
  });
}

function describe({ number, startSector, sizeBytes, type, bootable }: Placed): string {
  return `${number} : start=${startSector}, size=${sizeBytes / sectorBytes}, type=${type}${bootable === true ? ', bootable' : ''}`;
}

function depth({ content }: Placed): number {
  return content.kind === 'code' || content.mountPoint === '/' ? 0 : content.mountPoint.split('/').length;
}

async function fill(
  { content, offsetBytes, sizeBytes, number }: Placed,
  { imagePath, tree }: { readonly imagePath: string; readonly tree: string },
  work: string,
): Promise<void> {
  if (content.kind === 'code') return;
  let source = tree;
  if (content.mountPoint === '/') {
    for (const name of await readdir(join(tree, 'dev'))) await removeTree(join(tree, 'dev', name));
  } else {
    source = join(work, `partition-${number}`);
    await rename(join(tree, content.mountPoint), source);
    await mkdir(join(tree, content.mountPoint));
  }
  if (content.kind === 'ext4') {
    const options = [
      '-q',
      '-F',
      '-t',
      'ext4',
      '-O',
      content.features,
      '-b',
      '4096',
      '-I',
      '256',
      '-m',
      '1',
      '-L',
      content.label,
    ];
    const extended = `offset=${offsetBytes},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0,nodiscard`;
    const inodes = content.bytesPerInode === undefined ? [] : ['-i', String(content.bytesPerInode)];
    await runInNamespace(
      'mke2fs',
      [...options, ...inodes, '-E', extended, '-d', source, imagePath, String(sizeBytes / 4096)],
      { step: `fill partition ${number}`, timeoutSeconds: 900, env: { MKE2FS_CONFIG: '/dev/null' } },
    );
    return;
  }
  await fillFat(content, { imagePath, offsetBytes, sizeBytes, source, number });
}

async function fillFat(
  content: Extract<StandInPartition['content'], { kind: 'fat16' | 'fat32' }>,
  target: {
    readonly imagePath: string;
    readonly offsetBytes: number;
    readonly sizeBytes: number;
    readonly source: string;
    readonly number: number;
  },
): Promise<void> {
  const { imagePath, offsetBytes, sizeBytes, source, number } = target;
  const serial = createHash('sha256').update(content.label).digest('hex').slice(0, 8);
  const cluster = ['-s', String(content.sectorsPerCluster)];
  const sector = String(offsetBytes / sectorBytes);
  await runTool(
    'mkfs.vfat',
    [
      ...['-F', content.kind.slice(3), ...cluster, '-S', '512', '--mbr=n', '-i', serial, '-n', content.label],
      ...['-h', sector, '--offset', sector, imagePath, String(sizeBytes / 1024)],
    ],
    { step: `make partition ${number}` },
  );
  const names = (await readdir(source)).toSorted();
  if (names.length === 0) return;
  await runTool(
    'mcopy',
    [
      '-i',
      `${imagePath}@@${offsetBytes}`,
      '-s',
      '-m',
      '-o',
      ...names.map((name) => join(source, name)),
      '::/',
    ],
    { step: `fill partition ${number}`, timeoutSeconds: 300 },
  );
}
