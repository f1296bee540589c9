import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { knownDigest } from '../../builder/system/host/known-digest.ts';
import { silentProgress, type Progress } from '../../builder/system/host/progress.ts';
import { makeScratch } from './support/test-image.ts';

const scratch = makeScratch();
afterAll(() => scratch.cleanUp());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

it('a file is hashed once, until anything about it changes', async () => {
  const [path, cacheDirectory] = [join(scratch.path, 'base.img'), join(scratch.path, 'cache')];
  const hashed: string[] = [];
  const progress: Progress = {
    ...silentProgress,
    task(title, size) {
      hashed.push(title);
      return silentProgress.task(title, size);
    },
  };
  const digest = (title: string) => knownDigest(path, { cacheDirectory, progress, title });

  writeFileSync(path, 'one');
  expect(await digest('fresh')).toBe(sha256('one'));
  // What was written a moment ago is not taken for known.
  expect(readdirSync(scratch.path)).not.toContain('cache');
  await sleep(2100);
  expect(await digest('settled')).toBe(sha256('one'));
  expect(await digest('known')).toBe(sha256('one'));
  expect(hashed).toEqual(['fresh', 'settled']);

  writeFileSync(path, 'two');
  // The same size and the time of content set back: the inode's own time tells.
  utimesSync(path, 1, 1);
  expect(await digest('changed')).toBe(sha256('two'));
  appendFileSync(path, '!');
  expect(await digest('longer')).toBe(sha256('two!'));
  expect(hashed).toEqual(['fresh', 'settled', 'changed', 'longer']);
});
