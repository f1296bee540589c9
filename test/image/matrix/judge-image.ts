import { spawnSync } from 'node:child_process';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/programs.ts';
import type { DiskPlan, PlannedPartition } from './disk-plan.ts';
import type { ImagePlan } from './image-plan.ts';
import { offsetOf, type MadeImage } from './make-image.ts';

/** An image that was built of one that was made. */
export interface BuiltImage {
  readonly made: MadeImage;
  readonly path: string;
  /** What the node was to get, as folders. */
  readonly rendered: string;
  /** Where the root filesystem is put as a folder; it is not there before. */
  readonly root: string;
}

/** What other programs find wrong with an image, and where its files are not as they have to be. */
export function judgeImage(plan: ImagePlan, built: BuiltImage): string[] {
  readRoot(plan, built);
  return [
    ...judgeTable(plan, built.path),
    ...plan.disk.partitions.flatMap((partition) => judgePartition(plan.disk, partition, built)),
    ...judgeFiles(built),
  ];
}

const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8' };

function complaint(program: string, args: readonly string[], isWell = /^/): string[] {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
  if (status === 0 && isWell.test(stdout)) return [];
  return [`${program} ${args.join(' ')}: exit code ${status}: ${(stdout + stderr).slice(0, 2000)}`];
}

function judgeTable({ disk, container }: ImagePlan, image: string): string[] {
  const { table, sectorBytes, oddBytes } = disk;
  if (table === 'none' || sectorBytes !== 512) return [];
  if (table !== 'gpt') return complaint('sfdisk', ['--verify', '-q', image]);
  // Behind an odd end, or with a VHD's footer, the backup is not in the last sector any more.
  return oddBytes > 0 || container.layers.includes('vhd-fixed')
    ? []
    : complaint('sgdisk', ['-v', image], /No problems found/);
}

/** The root is clean; nothing of a node lies in other partitions here, so they are as they were. */
function judgePartition(disk: DiskPlan, partition: PlannedPartition, { made, path }: BuiltImage): string[] {
  const offset = offsetOf(disk, partition);
  if (partition.content === 'root') return complaint('e2fsck', ['-fn', `${path}?offset=${offset}`]);
  const length = partition.sectors * disk.sectorBytes;
  const [before, after] = [made.copy, path].map((file) => readAt(file, offset, length));
  return before?.equals(after ?? Buffer.alloc(0)) === true
    ? []
    : [`partition ${partition.number} is not as in the base`];
}

function readAt(path: string, offsetBytes: number, lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes);
  const file = openSync(path, 'r');
  readSync(file, bytes, 0, lengthBytes, offsetBytes);
  closeSync(file);
  return bytes;
}

function readRoot({ disk }: ImagePlan, { path, root }: BuiltImage): void {
  const partition = disk.partitions.find(({ content }) => content === 'root');
  if (partition === undefined) throw new Error('the plan has no root');
  mkdirSync(root, { recursive: true });
  run('debugfs', ['-R', `rdump / ${root}`, `${path}?offset=${offsetOf(disk, partition)}`]);
}

/** Files of the node are there as rendered; all others are as they were. */
function judgeFiles({ made, rendered, root }: BuiltImage): string[] {
  const own = new Set(pathsBelow(join(rendered, 'root')));
  const wanted = [
    ...[...own].map((path): [string, string] => [path, join(rendered, 'root', path)]),
    ...pathsBelow(made.tree)
      .filter((path) => !own.has(path))
      .map((path): [string, string] => [path, join(made.tree, path)]),
  ];
  return wanted.flatMap(([path, source]) => {
    // /lib and /bin are links of the trees here.
    const found = join(root, path.replace(/^(lib|bin)\//, 'usr/$1/'));
    const how = own.has(path) ? 'the node was to have it' : 'in the base';
    return sameFile(source, found) ? [] : [`/${path} is not as ${how}`];
  });
}

function pathsBelow(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? pathsBelow(folder, path) : [path];
  });
}

function sameFile(wanted: string, found: string): boolean {
  const [one, other] = [wanted, found].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  if (one === undefined || other === undefined || one.mode !== other.mode) return false;
  if (one.uid !== other.uid || one.gid !== other.gid) return false;
  if (one.isSymbolicLink()) return readlinkSync(wanted) === readlinkSync(found);
  const [bytes, read] = [readFileSync(wanted), readFileSync(found)];
  // debugfs gives 60 bytes for every shorter file that is kept in its inode.
  const padding = read.subarray(bytes.length);
  const isWhole = bytes.equals(read.subarray(0, bytes.length));
  if (!isWhole || read.length > Math.max(60, bytes.length) || padding.some((byte) => byte !== 0))
    return false;
  if (padding.length > 0) truncateSync(found, bytes.length);
  return true;
}
