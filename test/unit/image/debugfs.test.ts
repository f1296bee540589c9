import { describe, expect, it } from 'vitest';
import {
  debugfsFailures,
  parseListing,
  parseStat,
  splitByCommand,
} from '../../../builder/image/debugfs-output.ts';
import { quoteForDebugfs, renderDebugfsScript } from '../../../builder/image/debugfs-script.ts';

describe('renderDebugfsScript', () => {
  const inode = {
    mode: 0o100644,
    uid: 70_000,
    gid: 0,
    mtimeSeconds: 1_717_200_000,
    isNew: true,
    hasExtraTimes: true,
  };

  it('changes the directory before every name, once', () => {
    const script = renderDebugfsScript([
      { action: 'remove', directory: '/etc', name: 'hostname' },
      { action: 'make-directory', directory: '/etc', name: 'a b' },
      { action: 'make-link', directory: '/', name: 'lib', target: 'usr/lib' },
      { action: 'write-file', directory: '/etc', name: 'hostname', hostPath: '/tmp/0' },
    ]);
    expect(script).toBe(
      'cd "/etc"\nrm "hostname"\nmkdir "a b"\ncd "/"\nsymlink "lib" "usr/lib"\ncd "/etc"\nwrite "/tmp/0" "hostname"\n',
    );
  });

  it('sets every time of a new inode, so that nothing depends on the clock', () => {
    expect(
      renderDebugfsScript([{ action: 'set', path: '/x', inode }])
        .trimEnd()
        .split('\n'),
    ).toEqual([
      'sif "/x" mode 0100644',
      'sif "/x" uid 70000',
      'sif "/x" gid 0',
      'sif "/x" mtime @1717200000',
      'sif "/x" atime @1717200000',
      'sif "/x" ctime @1717200000',
      'sif "/x" crtime @1717200000',
      'sif "/x" mtime_extra 0',
      'sif "/x" atime_extra 0',
      'sif "/x" ctime_extra 0',
      'sif "/x" crtime_extra 0',
    ]);
  });

  it('leaves the other times of an existing directory, and extra fields of small inodes', () => {
    const old = renderDebugfsScript([{ action: 'set', path: '/x', inode: { ...inode, isNew: false } }]);
    expect(old.match(/\w+time\w*/g)).toEqual(['mtime', 'mtime_extra']);
    const small = renderDebugfsScript([
      { action: 'set', path: '/x', inode: { ...inode, hasExtraTimes: false } },
    ]);
    expect(small.match(/\w+time\w*/g)).toEqual(['mtime', 'atime', 'ctime']);
  });

  it.each([
    [2 ** 31 - 1, 0],
    [2 ** 31, 1],
    [2 ** 32, 1],
    [2 ** 33, 2],
  ])('stores second %i with epoch %i', (mtimeSeconds, epoch) => {
    const script = renderDebugfsScript([{ action: 'set', path: '/x', inode: { ...inode, mtimeSeconds } }]);
    expect(script).toContain(`mtime_extra ${epoch}\n`);
  });

  it('never lets a word end its line', () => {
    for (const word of ['a"b', 'a\nb', 'a\rb', 'a\0b'])
      expect(() => quoteForDebugfs(word)).toThrow('cannot be told');
  });
});

describe('what debugfs prints', () => {
  it('is split by command, also where output does not end its line or looks like a prompt', () => {
    const commands = ['cat "/a"', 'stat "/b"', 'cat "/c"'];
    const stdout = 'debugfs: cat "/a"\nno newlinedebugfs: stat "/b"\ndebugfs: cat "/c"\ndebugfs: cat "/a"\n';
    expect(splitByCommand(Buffer.from(stdout), commands).map(String)).toEqual([
      'no newline',
      '',
      'debugfs: cat "/a"\n',
    ]);
    expect(() => splitByCommand(Buffer.from('debugfs: cat "/a"\n'), commands)).toThrow(
      'did not run: stat "/b"',
    );
  });

  it('reports failures on stderr only', () => {
    expect(debugfsFailures('debugfs 1.47.0 (5-Feb-2023)\n')).toEqual([]);
    expect(debugfsFailures('debugfs 1.47.0 (5-Feb-2023)\nwrite: No space\n')).toEqual(['write: No space']);
  });

  const stat = `Inode: 15   Type: symlink    Mode:  0777   Flags: 0x0
Generation: 0    Version: 0x00000000:00000000
User: 70000   Group:     8   Project:     0   Size: 6
File ACL: 0
Links: 2   Blockcount: 16
Fragment:  Address: 0    Number: 0    Size: 0
 ctime: 0x6b006024:00000000 -- Fri Nov 20 14:58:44 2026
 mtime: 0x2a05f200:00000001 -- Fri Jun 11 08:53:20 2128
Fast link dest: "/run "x"
`;

  it('is read as an inode', () => {
    expect(parseStat(stat)).toEqual({
      inode: 15,
      kind: 'symlink',
      mode: 0o777,
      uid: 70_000,
      gid: 8,
      sizeBytes: 6,
      links: 2,
      sectors: 16,
      mtimeSeconds: 5_000_000_000,
      shortTarget: '/run "x',
    });
    expect(parseStat(stat.replace('symlink', 'character special'))).toMatchObject({ kind: 'other' });
    expect(parseStat(stat.replace(' mtime: 0x2a05f200:00000001', 'mtime: 0x6b006024'))).toMatchObject({
      mtimeSeconds: 0x6b006024,
    });
    expect(parseStat('')).toBeNull();
  });

  it('is read as a directory', () => {
    const listing =
      '/12/040755/0/0/.//\n/2/040755/0/0/..//\n/20/120777/0/0/a b/600/\n/21/100644/1/2/x:y/0/\n\n';
    expect(parseListing(listing)).toEqual([
      { inode: 20, name: 'a b' },
      { inode: 21, name: 'x:y' },
    ]);
  });
});
