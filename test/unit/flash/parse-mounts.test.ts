import { describe, expect, it } from 'vitest';
import { mountOf, parseMounts, parseSwaps, pathsOf } from '../../../builder/flash/parse-mounts.ts';
import { mountLine } from './support/machine.ts';

describe('mountinfo', () => {
  it('is read with and without optional fields, and with octal numbers in names', () => {
    const text = [
      String.raw`36 35 98:0 /mnt1 /mnt2/a\040b\134c rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue`,
      '37 35 0:5 / /proc rw - proc proc rw',
      '',
    ].join('\n');
    expect(parseMounts(text)).toEqual([
      {
        ...{ id: 36, parentId: 35, number: '98:0', root: '/mnt1', mountPoint: String.raw`/mnt2/a b\c` },
        ...{ kind: 'ext3', source: '/dev/root', options: ['rw', 'errors=continue'] },
      },
      {
        id: 37,
        parentId: 35,
        number: '0:5',
        root: '/',
        mountPoint: '/proc',
        kind: 'proc',
        source: 'proc',
        options: ['rw'],
      },
    ]);
  });

  it('says what a path leads into, as the kernel goes', () => {
    const mounts = parseMounts(
      [
        mountLine(1, 1, '0:1', '/', 'rootfs'),
        mountLine(20, 1, '254:0', '/'),
        mountLine(30, 20, '8:1', '/mnt/a/b'),
        mountLine(31, 20, '0:50', '/mnt/a', 'tmpfs'),
        mountLine(32, 20, '8:17', '/srv'),
        mountLine(33, 32, '8:33', '/srv'),
      ].join('\n'),
    );
    const numberOf = (path: string) => mountOf(path, mounts)?.number;
    expect(numberOf('/etc/hosts')).toBe('254:0');
    // The later mount hides the one below its folder.
    expect(numberOf('/mnt/a/b/c')).toBe('0:50');
    expect(numberOf('/mnt/ab')).toBe('254:0');
    // One over the other.
    expect(numberOf('/srv/x')).toBe('8:33');
  });

  it('says nothing where the root is not shown, as in a chroot', () => {
    expect(mountOf('/x', parseMounts(mountLine(30, 20, '8:1', '/x')))).toBeNull();
  });

  it('names the folders of overlays and unions, and no paths of other computers', () => {
    const pathsIn = (line: string) => parseMounts(line).flatMap(pathsOf);
    const layers = 'rw,lowerdir=/a:/b::/c,upperdir=/u,workdir=/w,redirect_dir=on';
    expect(pathsIn(mountLine(1, 1, '0:30', '/x', 'overlay', 'overlay', layers))).toEqual([
      '/a',
      '/b',
      '/c',
      '/u',
      '/w',
    ]);
    expect(
      pathsIn(mountLine(1, 1, '0:30', '/x', 'overlay', 'overlay', 'ro,lowerdir+=/a,lowerdir+=/b')),
    ).toEqual(['/a', '/b']);
    expect(pathsIn(mountLine(1, 1, '0:30', '/x', 'fuse.mergerfs', '/a:/b'))).toEqual(['/a', '/b']);
    expect(pathsIn(mountLine(1, 1, '0:30', '/x', 'nfs4', 'nas:/a'))).toEqual([]);
  });
});

describe('swaps', () => {
  it('are devices and files', () => {
    const text =
      'Filename\t\t\t\tType\t\tSize\n/dev/sda2                               partition\t1\n/my\\040swap file 1\n';
    expect(parseSwaps(text)).toEqual([{ path: '/dev/sda2' }, { path: '/my swap' }]);
    expect(parseSwaps('Filename\tType\n')).toEqual([]);
  });
});
