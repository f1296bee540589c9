import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkTarget } from '../../../../builder/image/host/target-guard.ts';
import { checkHostFiles } from '../../../../builder/image/host/staging.ts';
import { planQcow2 } from '../../../../builder/artifact/qcow2.ts';
import { makeDirectory } from '../../../../builder/system/host/make-directory.ts';
import { rootFile } from '../../../image/support/entries.ts';
import type { MessageCases } from '../message-case.ts';

/** Checks a target beside a base. */
function check(directory: string, target: string): Promise<void> {
  writeFileSync(join(directory, 'base.img'), 'x');
  return checkTarget(target, join(directory, 'base.img'));
}

const hostFile = (hostPath: string, sizeBytes: number) =>
  checkHostFiles([rootFile('/x', '', { content: { from: 'host-file', hostPath, sizeBytes } })]);

export const targetCases: MessageCases = {
  'target-is-device.null': {
    when: 'An image is to be written to a device.',
    provoke: (directory) => check(directory, '/dev/null'),
  },
  'target-is-link.link': {
    when: 'A symbolic link is where an image is to be written.',
    provoke: (directory) => {
      symlinkSync('elsewhere', join(directory, 'pi3-1.img'));
      return check(directory, join(directory, 'pi3-1.img'));
    },
  },
  'target-not-a-file.directory': {
    when: 'A directory is where an image is to be written.',
    provoke: (directory) => {
      mkdirSync(join(directory, 'pi3-1.img'));
      return check(directory, join(directory, 'pi3-1.img'));
    },
  },
  'target-is-base.same': {
    when: 'An image is to be written over its own base.',
    provoke: (directory) => check(directory, join(directory, 'base.img')),
  },
  'directory-impossible.proc': {
    when: 'A directory is to be made where there can be none, here in `/proc`.',
    provoke: () => makeDirectory('/proc/dlimage'),
  },
  'base-path-too-long.backing': {
    when: 'A thin disk (`--backing`) is wanted of a base whose path is too long for it.',
    varies: [[/(?:\/d)+\/base\.img/g, '/…/base.img']],
    provoke: () =>
      planQcow2({
        sizeBytes: 65_536,
        ranges: [],
        contents: () => [],
        backing: { path: `${'/d'.repeat(600)}/base.img`, format: 'raw' },
      }),
  },
  'host-file-missing.gone': {
    when: 'A file that the definition names was deleted while dlimage worked.',
    provoke: (directory) => hostFile(join(directory, 'gone'), 1),
  },
  'host-file-not-a-file.directory': {
    when: 'A file that the definition names became a directory while dlimage worked.',
    provoke: (directory) => hostFile(directory, 1),
  },
  'host-file-changed.grown': {
    when: 'A file that the definition names changed while dlimage worked.',
    provoke: (directory) => {
      writeFileSync(join(directory, 'site.tar'), '');
      truncateSync(join(directory, 'site.tar'), 100);
      return hostFile(join(directory, 'site.tar'), 1);
    },
  },
};
