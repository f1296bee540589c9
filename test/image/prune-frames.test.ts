import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pruneFrames } from '../../builder/base/host/prune-frames.ts';
import { makeScratch } from './support/test-image.ts';

it('the frames of bases that were not used for longest go first, and none that may be in use', async () => {
  const scratch = makeScratch();
  const days = { old: 9, older: 20, oldest: 30, today: 0 };
  for (const [name, age] of Object.entries(days)) {
    const directory = join(scratch.path, 'frames', name);
    mkdirSync(join(directory, 'img.zst-9'), { recursive: true });
    writeFileSync(join(directory, 'img.zst-9', 'frame'), Buffer.alloc(1000));
    const used = new Date(Date.now() - age * 24 * 3600 * 1000);
    utimesSync(directory, used, used);
  }
  await pruneFrames(scratch.path, { limitBytes: 2500 });
  expect(readdirSync(join(scratch.path, 'frames')).toSorted()).toEqual(['old', 'today']);
  await pruneFrames(scratch.path, { limitBytes: 0 });
  expect(readdirSync(join(scratch.path, 'frames'))).toEqual(['today']);
  await pruneFrames(join(scratch.path, 'no cache'), { limitBytes: 0 });
  scratch.cleanUp();
});
