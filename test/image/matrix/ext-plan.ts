import type { Randomness } from '../../support/randomness.ts';

/** What is wrong with a root filesystem. */
export type ExtFault =
  | 'quota'
  | 'project'
  | 'mmp'
  | 'needs-recovery'
  | 'orphan-list'
  | 'error-flag'
  | 'read-only'
  | 'wrong-free-count'
  | 'full';

/** A root filesystem, as arguments of mke2fs say it. */
export interface ExtPlan {
  readonly type: 'ext2' | 'ext3' | 'ext4';
  readonly sizeMebibytes: number;
  readonly blockBytes: 1024 | 2048 | 4096;
  readonly inodeBytes: 128 | 256 | 512 | 1024;
  /** Names as mke2fs takes them: `64bit`, `^metadata_csum`. */
  readonly features: readonly string[];
  /** More arguments, such as `-m 5`. */
  readonly more: readonly string[];
  readonly extended: readonly string[];
  readonly label: string;
  /** Directories are hashed, as by a kernel. */
  readonly isIndexed: boolean;
  readonly fault: ExtFault | null;
}

/** The messages, one of which says what is wrong with such a filesystem. */
export const messagesOfExtFaults: Readonly<Record<ExtFault, readonly string[]>> = {
  quota: ['image-feature-unsupported'],
  project: ['image-feature-unsupported'],
  mmp: ['image-feature-unsupported'],
  'needs-recovery': ['image-journal-dirty'],
  'orphan-list': ['image-journal-dirty'],
  'error-flag': ['image-has-errors'],
  'read-only': ['image-root-read-only'],
  'wrong-free-count': ['image-has-errors'],
  full: ['image-no-space', 'image-cannot-grow'],
};

/** Features that may be there or not, and how often they are the other way than in most images. */
const optional: readonly (readonly [name: string, changed: number])[] = [
  ['64bit', 0.3],
  ['metadata_csum', 0.3],
  ['flex_bg', 0.3],
  ['huge_file', 0.1],
  ['dir_nlink', 0.1],
  ['extra_isize', 0.1],
  ['dir_index', 0.1],
  ['filetype', 0.05],
  ['large_file', 0.1],
  ['sparse_super', 0.1],
  ['resize_inode', 0.2],
  ['has_journal', 0.15],
];
const rare = [
  'large_dir',
  'ea_inode',
  'stable_inodes',
  'verity',
  'encrypt',
  'inline_data',
  'sparse_super2',
  'meta_bg',
];

/** Plans a root filesystem of any kind that e2fsprogs makes. */
export function planExt(random: Randomness, hasFault: boolean): ExtPlan {
  const type = random.pick(['ext4', 'ext4', 'ext4', 'ext3', 'ext2'] as const);
  const blockBytes = random.pick([4096, 4096, 2048, 1024] as const);
  const fault = hasFault ? chooseFault(random, type) : null;
  const drawn = random.pick([256, 256, 256, 128, 512, 1024] as const);
  // mke2fs makes no quota of projects for inodes without room for their numbers.
  const inodeBytes = fault === 'project' && drawn === 128 ? 256 : drawn;
  const features =
    type === 'ext4'
      ? chooseFeatures(random, inodeBytes)
      : random.chance(0.5)
        ? ['resize_inode']
        : ['^resize_inode', 'dir_index'];
  const isClustered = features.includes('bigalloc');
  const more = [
    ...(isClustered ? ['-C', String(blockBytes * random.pick([2, 4, 16]))] : []),
    ...(random.chance(0.3) ? ['-m', String(random.between(0, 20))] : []),
    ...(random.chance(0.2) ? ['-g', String(random.pick([1, 2]) * 4096)] : []),
  ];
  const extended = [
    ...(features.includes('casefold') ? [`encoding=${random.pick(['utf8', 'utf8-12.1'])}`] : []),
    ...(random.chance(0.2) ? ['stride=16,stripe_width=64'] : []),
    ...(random.chance(0.3) ? ['lazy_itable_init=1'] : ['lazy_itable_init=0']),
    ...(random.chance(0.1) ? ['test_fs'] : []),
  ];
  return {
    type,
    sizeMebibytes: random.pick([16, 16, 20, 24]),
    blockBytes,
    inodeBytes,
    features: [...features, ...featureOfFault(fault)],
    more: isClustered ? more.filter((_, index) => index < 2) : more,
    extended,
    label: random.pick(['rootfs', 'writable', '', 'a label of 16 by', 'ünï']),
    // e2fsck does not open what mke2fs 1.47 makes with `mmp` at an offset.
    isIndexed: random.chance(0.3) && fault !== 'mmp',
    fault,
  };
}

function chooseFault(random: Randomness, type: ExtPlan['type']): ExtFault {
  const any = ['orphan-list', 'error-flag', 'wrong-free-count', 'full'] as const;
  if (type === 'ext2') return random.pick(any);
  if (type === 'ext3') return random.pick([...any, 'needs-recovery']);
  return random.pick([...any, 'needs-recovery', 'quota', 'project', 'mmp', 'read-only']);
}

function featureOfFault(fault: ExtFault | null): string[] {
  if (fault === 'quota') return ['quota'];
  if (fault === 'mmp') return ['mmp'];
  return fault === 'project' ? ['quota', 'project', 'extra_isize'] : [];
}

/** A set that mke2fs makes: what excludes each other, or needs another one, is known here. */
function chooseFeatures(random: Randomness, inodeBytes: number): string[] {
  const changed = new Set(optional.filter(([, often]) => random.chance(often)).map(([name]) => name));
  const on = new Set(optional.map(([name]) => name).filter((name) => !changed.has(name)));
  for (const name of rare) if (random.chance(0.12)) on.add(name);
  if (on.has('metadata_csum') && random.chance(0.5)) on.add('metadata_csum_seed');
  if (!on.has('metadata_csum') && random.chance(0.4)) on.add('uninit_bg');
  if (on.has('has_journal') && random.chance(0.4)) on.add('orphan_file');
  if (on.has('has_journal') && random.chance(0.1)) on.add('fast_commit');
  if (random.chance(0.1)) on.add('casefold');
  if (random.chance(0.1)) on.add('bigalloc');
  if (random.chance(0.1) && !on.has('bigalloc') && !on.has('64bit')) on.add('^extent');
  if (inodeBytes === 128) for (const name of ['extra_isize', 'inline_data', 'project']) on.delete(name);
  if (on.has('meta_bg') || on.has('sparse_super2') || !on.has('sparse_super')) on.delete('resize_inode');
  if (on.has('sparse_super2')) on.delete('meta_bg');
  const off = optional.map(([name]) => name).filter((name) => !on.has(name));
  const quiet = ['metadata_csum_seed', 'orphan_file'].filter((name) => !on.has(name));
  return [...on, ...[...off, ...quiet].map((name) => `^${name}`)];
}
