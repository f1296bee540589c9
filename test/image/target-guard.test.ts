import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkTarget } from '../../builder/image/host/target-guard.ts';
import { canMountLoop } from './support/kernel-mount.ts';
import { run } from './support/programs.ts';
import { makeScratch } from './support/test-image.ts';

describe.skipIf(!canMountLoop())('an image that is attached as a loop device', () => {
  const scratch = makeScratch();
  afterAll(() => scratch.cleanUp());

  it('is not replaced', async () => {
    const [base, target] = [join(scratch.path, 'base.img'), join(scratch.path, 'node.img')];
    for (const path of [base, target]) writeFileSync(path, Buffer.alloc(1024 * 1024));
    const device = run('losetup', ['--find', '--show', '--read-only', target]).toString().trim();
    try {
      await expect(checkTarget(target, base)).rejects.toMatchObject({
        id: 'target-in-use',
        message: `${target} is in use as ${device}`,
      });
    } finally {
      run('losetup', ['-d', device]);
    }
  });
});
