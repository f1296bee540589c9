import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingPrograms } from '../image/support/programs.ts';

const overlays = join(import.meta.dirname, '../../overlays');

/** Every file under overlays/ that a shell will run. */
const scripts = readdirSync(overlays, { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile())
  .map((file) => join(file.parentPath, file.name))
  .filter((path) => readFileSync(path, 'utf8').startsWith('#!/bin/sh\n'))
  .map((path) => relative(overlays, path));

describe.skipIf(missingPrograms(['shellcheck']).length > 0)('scripts of the overlays', () => {
  it('are where they are looked for', () => {
    expect(scripts).toContain('hardening/rootfs/usr/lib/dlimage/end-first-boot');
  });

  it.each(scripts)('%s passes shellcheck and a POSIX shell', (script) => {
    // SC1091: /etc/dlimage/node.env is made per node and cannot be followed.
    const check = () =>
      execFileSync('shellcheck', ['--norc', '--exclude=SC1091', script], { cwd: overlays, stdio: 'pipe' });
    expect(check).not.toThrow();
    expect(() => execFileSync('sh', ['-n', script], { cwd: overlays })).not.toThrow();
  });

  it.each(scripts)('%s is executable on the node', (script) => {
    const [, overlay = '', path = ''] = /^([^/]+)\/rootfs(.+)$/.exec(script) ?? [];
    const definition = readFileSync(join(overlays, overlay, 'overlay.yaml'), 'utf8');
    expect(definition).toMatch(new RegExp(`path: ${path}\n    mode: '0755'`));
  });
});
