import { describe, expect, it } from 'vitest';
import type { ExtNode, ExtPlace } from '../../../builder/image/ext-tree.ts';
import { parseExtSuperblock, type ExtSuperblock } from '../../../builder/image/ext-superblock.ts';
import { extSpaceNeed } from '../../../builder/image/space-need.ts';
import type { Entry } from '../../../builder/image/entry.ts';

const owner = { partition: 'root', mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0 } as const;

function superblock(changes: Partial<ExtSuperblock> = {}): ExtSuperblock {
  const bytes = Buffer.alloc(1024);
  bytes.writeUInt16LE(0xef53, 0x38);
  bytes.writeUInt32LE(2, 0x18);
  const parsed = parseExtSuperblock(bytes);
  if (parsed === null) throw new Error('not a superblock');
  return { ...parsed, kind: 'ext4', ...changes };
}

function file(path: string, sizeBytes: number): Entry {
  return { kind: 'file', path, ...owner, content: { from: 'host-file', hostPath: '/x', sizeBytes } };
}

function existing(path: string, sectors: number, links: number): ExtPlace {
  const node: ExtNode = {
    inode: 12,
    kind: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: sectors * 512,
    links,
    sectors,
    mtimeSeconds: 0,
    shortTarget: null,
    target: null,
  };
  return { path, node, existingDepth: 2, links: [], blockedBy: null };
}

function missing(path: string, existingDepth: number): ExtPlace {
  return { path, node: null, existingDepth, links: [], blockedBy: null };
}

const link = (target: string) => ({
  entry: { kind: 'symlink', path: '/l', target, ...owner } satisfies Entry,
  place: missing('/l', 0),
});

describe('extSpaceNeed', () => {
  it('counts data, growing directories and inodes', () => {
    const placed = [
      { entry: file('/etc/a', 1), place: missing('/etc/a', 1) },
      { entry: file('/etc/b', 4097), place: missing('/etc/b', 1) },
      { entry: file('/etc/empty', 0), place: missing('/etc/empty', 1) },
    ];
    expect(extSpaceNeed(placed, superblock())).toEqual({ units: 1 + 2 + 0 + 1, inodes: 3 });
  });

  it('counts parents that have to be made once', () => {
    const placed = ['/srv/x/a', '/srv/x/b'].map((path) => ({
      entry: file(path, 1),
      place: missing(path, 0),
    }));
    // Two files, two directories, and a new name in each of three directories.
    expect(extSpaceNeed(placed, superblock())).toEqual({ units: 2 + 2 + 3, inodes: 4 });
  });

  it('takes back what replaced files had, unless another name keeps it', () => {
    const replaced = [{ entry: file('/etc/a', 4096), place: existing('/etc/a', 24, 1) }];
    expect(extSpaceNeed(replaced, superblock())).toEqual({ units: 0, inodes: 0 });
    const shared = [{ entry: file('/etc/a', 4096), place: existing('/etc/a', 24, 2) }];
    expect(extSpaceNeed(shared, superblock())).toEqual({ units: 1, inodes: 1 });
  });

  it('gives long links a block and short ones none', () => {
    expect(extSpaceNeed([link('t'.repeat(59))], superblock()).units).toBe(1);
    expect(extSpaceNeed([link('t'.repeat(60))], superblock()).units).toBe(2);
  });

  it('counts the blocks that map a large file', () => {
    const placed = [{ entry: file('/a', 4096 * 10_240), place: missing('/a', 0) }];
    expect(extSpaceNeed(placed, superblock()).units).toBe(10_240 + 10 + 1);
    expect(extSpaceNeed(placed, superblock({ kind: 'ext3' })).units).toBe(10_240 + 10 + 2 + 1);
  });
});
