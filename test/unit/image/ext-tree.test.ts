import { describe, expect, it } from 'vitest';
import { findExtConflicts } from '../../../builder/image/ext-conflicts.ts';
import { planExtChanges } from '../../../builder/image/ext-plan.ts';
import { createExtTree, type ExtNode } from '../../../builder/image/ext-tree.ts';
import type { Entry } from '../../../builder/image/entry.ts';

const common = { inode: 1, mode: 0o755, uid: 0, gid: 0, sizeBytes: 0, links: 1, sectors: 8, mtimeSeconds: 0 };
const node = (kind: ExtNode['kind'], target: string | null = null): ExtNode => ({
  ...common,
  kind,
  target,
  shortTarget: target,
});

const files: Readonly<Record<string, ExtNode>> = {
  '/': node('directory'),
  '/etc': node('directory'),
  '/etc/hostname': node('file'),
  '/etc/motd': node('symlink', '/run/motd'),
  '/usr': node('directory'),
  '/usr/lib': node('directory'),
  '/usr/lib/x': node('file'),
  '/lib': node('symlink', 'usr/lib'),
  '/var': node('directory'),
  '/var/lock': node('symlink', '../run/lock'),
  '/a': node('symlink', '/b'),
  '/b': node('symlink', '/a'),
  '/dev': node('directory'),
  '/dev/null': node('other'),
};

function tree() {
  const asked: string[][] = [];
  const load = async (paths: readonly string[]) => {
    asked.push([...paths]);
    return new Map(paths.map((path) => [path, files[path] ?? null]));
  };
  return { asked, tree: createExtTree(load) };
}

const owner = { partition: 'root', mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 5 } as const;
const file = (path: string): Entry => ({
  kind: 'file',
  path,
  ...owner,
  content: { from: 'bytes', bytes: new Uint8Array() },
});
const directory = (path: string): Entry => ({ kind: 'directory', path, ...owner });
const link = (path: string, target: string): Entry => ({ kind: 'symlink', path, target, ...owner });

async function place(entries: readonly Entry[]) {
  const places = await tree().tree.resolve(entries.map(({ path }) => path));
  return entries.flatMap((entry, index) => {
    const found = places[index];
    return found === undefined ? [] : [{ entry, place: found }];
  });
}

describe('an ext tree', () => {
  it.each([
    ['/etc/hostname', { path: '/etc/hostname', existingDepth: 2, links: [] }],
    ['/lib/x', { path: '/usr/lib/x', existingDepth: 3, links: ['/lib'] }],
    ['/lib/new/deep', { path: '/usr/lib/new/deep', node: null, existingDepth: 2 }],
    ['/var/lock/subsys', { path: '/run/lock/subsys', node: null, existingDepth: 0 }],
    ['/etc/motd', { path: '/etc/motd', existingDepth: 2, links: [] }],
    ['/a/x', { blockedBy: '/a' }],
    ['/etc/hostname/x', { blockedBy: '/etc/hostname' }],
    ['//usr/./lib//x', { path: '/usr/lib/x' }],
    ['/', { path: '/', existingDepth: 0 }],
  ])('resolves %s', async (path, expected) => {
    expect((await tree().tree.resolve([path]))[0]).toMatchObject(expected);
  });

  it('follows the last link only when asked', async () => {
    expect((await tree().tree.resolve(['/lib'], true))[0]).toMatchObject({
      path: '/usr/lib',
      links: ['/lib'],
    });
  });

  it('asks for all paths at once, and never twice', async () => {
    const { tree: known, asked } = tree();
    await known.resolve(['/etc/hostname', '/etc/hosts', '/usr/lib/x']);
    await known.resolve(['/etc/hostname', '/usr/lib/x']);
    expect(asked).toEqual([['/', '/etc', '/etc/hostname', '/etc/hosts', '/usr', '/usr/lib', '/usr/lib/x']]);
  });

  it('asks once more for each link on the way, however deep what follows is', async () => {
    const { tree: known, asked } = tree();
    await known.resolve(['/lib/x/y/z', '/var/lock/subsys']);
    expect(asked.slice(1)).toEqual([
      [
        '/usr',
        '/usr/lib',
        '/usr/lib/x',
        '/usr/lib/x/y',
        '/usr/lib/x/y/z',
        '/run',
        '/run/lock',
        '/run/lock/subsys',
      ],
    ]);
  });
});

describe('findExtConflicts', () => {
  it.each<[string, Entry[], string[]]>([
    ['nothing in what fits', [file('/etc/hostname'), directory('/etc'), link('/etc/motd', 'x')], []],
    ['a directory below a file', [file('/etc')], ['/etc is a directory in the base']],
    ['a device', [file('/dev/null')], ['/dev/null is a device or another special file in the base']],
    ['a link in place of a directory', [link('/usr/lib', 'x')], ['/usr/lib is a directory in the base']],
    ['a circle', [file('/a/x')], ['/a/x lies below /a, which is no directory in the base']],
    [
      'a new file above a new file',
      [file('/srv/x'), file('/srv/x/y')],
      ['/srv/x/y lies below /srv/x, which becomes no directory'],
    ],
    [
      'the same file by two names',
      [file('/lib/x'), file('/usr/lib/x')],
      ['/usr/lib/x is written twice (it is /usr/lib/x)'],
    ],
  ])('finds %s', async (_name, entries, conflicts) => {
    expect(findExtConflicts(await place(entries))).toEqual(conflicts);
  });
});

describe('planExtChanges', () => {
  it('removes first, then makes directories, files and links, and sets owners last', async () => {
    const entries = [
      file('/srv/a/deep/file'),
      directory('/srv/a'),
      link('/etc/motd', 'elsewhere'),
      file('/lib/x'),
      directory('/etc'),
    ];
    const changes = planExtChanges(await place(entries), ({ path }) => `/stage${path}`, true);
    expect(
      changes.map((change) =>
        change.action === 'set'
          ? `set ${change.path} ${change.inode.mode.toString(8)} ${change.inode.isNew ? 'new' : 'old'}`
          : `${change.action} ${change.directory} ${change.name}`,
      ),
    ).toEqual([
      'remove /etc motd',
      'remove /usr/lib x',
      'make-directory / srv',
      'make-directory /srv a',
      'make-directory /srv/a deep',
      'make-link /etc motd',
      'write-file /srv/a/deep file',
      'write-file /usr/lib x',
      'set /srv 40755 new',
      'set /srv/a/deep 40755 new',
      'set /etc 40644 old',
      'set /etc/motd 120777 new',
      'set /srv/a 40644 new',
      'set /srv/a/deep/file 100644 new',
      'set /usr/lib/x 100644 new',
    ]);
  });
});
