import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { runTool } from '../../system/host/run-tool.ts';
import type { BasePartition } from './built-base.ts';
import type { DiskLayout } from './disk-layout.ts';
import { runInNamespace } from '../../system/host/namespace.ts';

/**
 * Features of the root file system, named one by one, so that neither the mke2fs.conf nor the version of this
 * machine's e2fsprogs decides. Without `metadata_csum_seed` and `orphan_file`, which GRUB 2.06 cannot read.
 */
const ext4Features =
  'none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,' +
  'large_file,huge_file,dir_nlink,extra_isize,metadata_csum';

/** Paths of an image in the making, and the time that all its files show. */
export interface FilesystemRequest {
  readonly imagePath: string;
  readonly layout: DiskLayout;
  readonly epochSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the root partition's ext4 with everything below `tree`, inside the image file at the partition's offset.
 *
 * @throws HostError `base-image-too-small` when the tree does not fit, `tool-failed` otherwise.
 */
export async function makeRootFilesystem(
  request: FilesystemRequest,
  partition: BasePartition,
  tree: string,
): Promise<void> {
  const env = {
    // Empty instead of the machine's own.
    MKE2FS_CONFIG: '/dev/null',
    E2FSPROGS_FAKE_TIME: String(request.epochSeconds),
    SOURCE_DATE_EPOCH: String(request.epochSeconds),
  };
  const blockBytes = 4096;
  const extended = [
    `offset=${partition.offsetBytes}`,
    `hash_seed=${request.layout.hashSeed}`,
    'root_owner=0:0',
    'lazy_itable_init=0',
    'lazy_journal_init=0',
    'nodiscard',
  ];
  const args = [
    '-q',
    '-F',
    '-t',
    'ext4',
    '-O',
    ext4Features,
    '-b',
    String(blockBytes),
    '-I',
    '256',
    '-i',
    '16384',
  ];
  args.push(
    '-m',
    '1',
    '-J',
    'size=64',
    '-L',
    partition.label,
    '-U',
    partition.uuid,
    '-E',
    extended.join(','),
  );
  args.push('-d', tree, request.imagePath, String(partition.sizeBytes / blockBytes));
  const options = {
    env,
    timeoutSeconds: 900,
    signal: request.signal,
  };
  try {
    await runInNamespace('mke2fs', args, { ...options, step: 'make the root file system' });
  } catch (error) {
    if (
      error instanceof HostError &&
      error.details.some((line) => line.includes('Could not allocate block'))
    ) {
      throw new HostError('base-image-too-small', 'the packages do not fit into the image of this base', {
        hint: 'raise `image_size_mb` of the base definition, or name fewer extra packages',
        cause: error,
      });
    }
    throw error;
  }
  // mke2fs leaves large directories without an index; exit code 1 says that e2fsck made it.
  await runTool('e2fsck', ['-fyD', `${request.imagePath}?offset=${partition.offsetBytes}`], {
    ...options,
    step: 'index the directories of the root file system',
    acceptExitCodes: [1],
  });
}

/**
 * Makes the FAT boot partition with every file below `tree`, in sorted order.
 *
 * @throws HostError `base-boot-too-small` when the files do not fit, `tool-failed` otherwise.
 */
export async function makeBootFilesystem(
  request: FilesystemRequest,
  partition: BasePartition,
  tree: string,
): Promise<void> {
  const sectorBytes = 512;
  const kibibyte = 1024;
  // FAT32 needs at least 65,525 clusters. Source: Microsoft FAT specification, section 3.5.
  const sectorsPerCluster = partition.sizeBytes >= 256 * kibibyte * kibibyte ? 4 : 1;
  const env = { SOURCE_DATE_EPOCH: String(request.epochSeconds) };
  const options = {
    env,
    timeoutSeconds: 300,
    signal: request.signal,
  };
  const args = [
    '-F',
    '32',
    '-s',
    String(sectorsPerCluster),
    '-S',
    String(sectorBytes),
    '--invariant',
    '--mbr=n',
  ];
  args.push(
    '-i',
    partition.uuid.replace('-', ''),
    '-n',
    partition.label,
    '-h',
    String(partition.offsetBytes / sectorBytes),
  );
  args.push('--offset', String(partition.offsetBytes / sectorBytes));
  args.push(request.imagePath, String(partition.sizeBytes / kibibyte));
  await runTool('mkfs.vfat', args, { ...options, step: 'make the boot file system' });
  const target = `${request.imagePath}@@${partition.offsetBytes}`;
  await copyTree(tree, '', target, options);
}

async function copyTree(
  tree: string,
  directory: string,
  target: string,
  options: { readonly env: Record<string, string>; readonly timeoutSeconds: number },
): Promise<void> {
  const entries = (await readdir(join(tree, directory), { withFileTypes: true })).toSorted((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(tree, directory, entry.name));
  if (files.length > 0) {
    const step = 'copy files into the boot file system';
    try {
      await runTool('mcopy', ['-i', target, '-m', '-o', ...files, `::/${directory}`], { ...options, step });
    } catch (error) {
      if (error instanceof HostError && error.details.some((line) => /disk full/i.test(line))) {
        throw new HostError(
          'base-boot-too-small',
          'the boot files do not fit into the boot partition of this base',
          {
            hint: 'raise `boot_size_mb` of the base definition',
            cause: error,
          },
        );
      }
      throw error;
    }
  }
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    await runTool('mmd', ['-i', target, `::/${path}`], {
      ...options,
      step: 'make a directory in the boot file system',
    });
    await copyTree(tree, path, target, options);
  }
}
