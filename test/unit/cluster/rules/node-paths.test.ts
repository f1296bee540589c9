import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  canonicalPath,
  replaceablePaths,
  settingPaths,
} from '../../../../builder/cluster/rules/node-paths.ts';
import { ownedPlace } from '../../../../builder/cluster/rules/target-rules.ts';

const overlays = join(import.meta.dirname, '../../../../overlays');

interface Written {
  readonly links?: readonly { readonly path: string }[];
}

/** Every place that an overlay writes a file or link to. */
function overlayPaths(name: string): string[] {
  const rootfs = join(overlays, name, 'rootfs');
  const files = readdirSync(join(overlays, name)).includes('rootfs')
    ? readdirSync(rootfs, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(rootfs.length)
            .replace(/\.hbs$/, ''),
        )
    : [];
  const written = parse(readFileSync(join(overlays, name, 'overlay.yaml'), 'utf8')) as Written;
  return [...files, ...(written.links ?? []).map(({ path }) => path)];
}

describe('places on the node', () => {
  it('are dlimage’s own or may be replaced, as far as an overlay writes to them', () => {
    const folders = readdirSync(overlays, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const paths = folders.flatMap(({ name }) => overlayPaths(name));
    expect(paths.length).toBeGreaterThan(100);
    const known = new Set([...replaceablePaths, ...settingPaths.map(({ path }) => path)]);
    const free = paths.filter((path) => ownedPlace(canonicalPath(path)) === undefined && !known.has(path));
    expect(free).toEqual([]);
  });

  it('are seen as programs see them', () => {
    expect(
      ['/lib/x', '/libx', '/bin', '/sbin/init', '/var/run/a', '/var/lock', '/usr/lib/x'].map(canonicalPath),
    ).toEqual(['/usr/lib/x', '/libx', '/usr/bin', '/usr/sbin/init', '/run/a', '/run/lock', '/usr/lib/x']);
  });

  it.each([
    ...['/bin/sh', '/usr/bin/sh', '/bin/bash', '/sbin/ip', '/usr/bin/python3.13', '/usr/sbin/sshd'],
    ...['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1', '/lib/aarch64-linux-gnu/libc.so.6'],
    ...['/lib/x86_64-linux-gnu/libnss_files.so.2', '/lib/arm-linux-gnueabihf/security/pam_unix.so'],
    ...['/lib/systemd/systemd', '/lib/systemd/systemd-networkd'],
  ])('that a node cannot do without are taken: %s', (path) => {
    expect(ownedPlace(canonicalPath(path))).toBeDefined();
  });

  it.each([
    ...[
      '/etc/motd',
      '/etc/default/keyboard',
      '/etc/sysctl.d/90-mine.conf',
      '/usr/local/bin/dlimage-backup',
      '/srv/dlimage/x',
    ],
    ...['/usr/local/bin/sh', '/usr/bin/mytool', '/usr/lib/mytool/libc.so.6.bak', '/opt/bin/docker'],
    ...['/etc/pam.d/sshd', '/usr/lib/systemd/system/mine.service', '/root/bin/sh', '/usr/bin/bash/x'],
  ])('are free: %s', (path) => {
    expect(ownedPlace(path)).toBeUndefined();
  });
});
