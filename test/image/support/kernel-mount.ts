import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ImagePartition } from '../../../builder/image/layout.ts';
import type { Entry } from '../../../builder/image/entry.ts';
import { run } from './programs.ts';

/** True where this process may attach and mount images: as root, outside most containers. */
export function canMountLoop(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    run('losetup', ['-f']);
    return true;
  } catch {
    return false;
  }
}

/** Lets the kernel read an ext partition, and says where it finds something else than was planned. */
export function compareWithMount(
  image: string,
  { offsetBytes, sizeBytes, filesystem }: ImagePartition,
  entries: readonly Entry[],
  scratch: string,
): string[] {
  const mountPoint = mkdtempSync(join(scratch, 'mount-'));
  // ext2 has no journal that could be left unread.
  const options = ['ro', 'loop', `offset=${offsetBytes}`, `sizelimit=${sizeBytes}`];
  if (filesystem.kind !== 'ext2') options.push('noload');
  run('mount', ['-t', filesystem.kind, '-o', options.join(','), image, mountPoint]);
  try {
    return entries.flatMap((entry) => compareEntry(mountPoint, entry));
  } finally {
    run('umount', [mountPoint]);
    rmdirSync(mountPoint);
  }
}

function compareEntry(mountPoint: string, entry: Entry): string[] {
  // An absolute link leads out of the mount point, so the one that a test uses is followed by hand.
  const path = join(mountPoint, entry.path.replace('/var/run/', '/run/'));
  const status = lstatSync(path);
  const kind = status.isSymbolicLink() ? 'symlink' : status.isDirectory() ? 'directory' : 'file';
  const found = JSON.stringify({
    kind,
    mode: (status.mode & 0o7777).toString(8),
    owner: [status.uid, status.gid],
    mtime: status.mtimeMs / 1000,
    content:
      kind === 'symlink' ? readlinkSync(path) : kind === 'file' ? readFileSync(path).toString('base64') : '',
  });
  const wanted = JSON.stringify({
    kind: entry.kind,
    mode: (entry.kind === 'symlink' ? 0o777 : entry.mode).toString(8),
    owner: [entry.uid, entry.gid],
    mtime: entry.mtimeSeconds,
    content: contentOf(entry),
  });
  return found === wanted ? [] : [`${entry.path}: found ${found.slice(0, 300)}, not ${wanted.slice(0, 300)}`];
}

function contentOf(entry: Entry): string {
  if (entry.kind === 'symlink') return entry.target;
  const bytes =
    entry.kind === 'file' && entry.content.from === 'bytes' ? entry.content.bytes : Buffer.alloc(0);
  return Buffer.from(bytes).toString('base64');
}
