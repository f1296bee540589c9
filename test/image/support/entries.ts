import type { DirectoryEntry, Entry, FileEntry } from '../../../builder/image/entry.ts';

const owner = { uid: 0, gid: 0, mtimeSeconds: 1_717_200_000 } as const;

/** A file of the root partition with text in it. */
export function rootFile(path: string, text: string | Uint8Array, more: Partial<FileEntry> = {}): FileEntry {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return {
    kind: 'file',
    partition: 'root',
    path,
    mode: 0o644,
    ...owner,
    content: { from: 'bytes', bytes },
    ...more,
  };
}

/** A file of the boot partition. */
export function bootFile(path: string, text: string | Uint8Array, more: Partial<FileEntry> = {}): FileEntry {
  return rootFile(path, text, { partition: 'boot', mode: 0o755, ...more });
}

/** A directory of the root partition. */
export function directory(path: string, mode = 0o755, more: Partial<DirectoryEntry> = {}): Entry {
  return { kind: 'directory', partition: 'root', path, mode, ...owner, ...more };
}

/** A symbolic link of the root partition. */
export function link(path: string, target: string): Entry {
  return { kind: 'symlink', partition: 'root', path, mode: 0o777, target, ...owner };
}

/** Everything that a node's overlay can hold, with the node's own name in two places. */
export function nodeEntries(name: string): Entry[] {
  const many = Array.from({ length: 40 }, (_, index) =>
    rootFile(`/etc/dlimage/files/${index}`, `${index}\n`.repeat(index * 50)),
  );
  return [
    rootFile('/etc/hostname', `${name}\n`),
    rootFile('/etc/resolv.conf', 'nameserver 192.0.2.1\n'),
    rootFile('/etc/hosts', '127.0.0.1 localhost\n'),
    rootFile('/etc/empty', ''),
    rootFile('/etc/zeros', new Uint8Array(70_000)),
    rootFile('/etc/shadow', 'root:*:\n', { mode: 0o440, uid: 70_000, gid: 80_000 }),
    rootFile('/usr/sbin/agent', '#!/bin/sh\n', { mode: 0o4755, mtimeSeconds: 1_000_000_001 }),
    rootFile('/lib/through-a-link', 'merged /usr\n'),
    rootFile('/var/run/below-an-absolute-link', 'in /run\n'),
    rootFile(`/etc/${'n'.repeat(245)}`, 'a long name\n'),
    rootFile("/etc/grüße <7> $x 'q' \\ #;", 'a strange name\n'),
    rootFile('/usr/lib/many/one-more', 'in a hashed directory\n'),
    rootFile('/opt/made/on/the/way', 'parents\n'),
    directory('/etc/systemd/system', 0o2775, { uid: 1000, gid: 1000 }),
    directory('/srv/data', 0o1777),
    link('/etc/localtime', '/usr/share/zoneinfo/Europe/Berlin'),
    link('/etc/long-link', `../${'x/'.repeat(100)}y`),
    link('/etc/systemd/system/unit.service', '/dev/null'),
    ...many,
    bootFile('/cmdline.txt', `console=tty1 hostname=${name}\n`),
    bootFile('/config.txt', 'arm_64bit=1\n'.repeat(3000)),
    bootFile('/user-data', '#cloud-config\n'),
    bootFile('/meta-data', `instance-id: ${name}\n`),
    bootFile('/empty', ''),
    bootFile('/A long name with spaces.and.dots-äöü', 'unicode\n'),
    bootFile('/new/a [set] of/[brackets] (1).txt', 'mtools sees patterns here\n'),
    bootFile('/overlays/some-device-7.dtbo', 'y'.repeat(4900)),
    bootFile('/new/directory/file.bin', new Uint8Array(50_000).fill(7)),
  ];
}
