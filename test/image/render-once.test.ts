import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms } from './support/programs.ts';
import { buildTestImage, makeScratch, usualImage } from './support/test-image.ts';

/** What V8 counts of a script. Source: Chrome DevTools protocol, Profiler.ScriptCoverage */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']);

describe.skipIf(missing.length > 0)('a build', () => {
  const scratch = makeScratch();
  const base = join(scratch.path, 'base.img');
  beforeAll(() => buildTestImage(usualImage, base, scratch.path));
  afterAll(() => scratch.cleanUp());

  it.each([
    ['all nodes', []],
    ['one node of three', ['--node', 'once-2']],
  ])('of %s renders each node of the cluster once', async (name, more) => {
    const coverage = join(scratch.path, name);
    const flags = ['--profile', 'x86', '--base', base, '--name', 'once', '--count', '3', ...more];
    const env = { NODE_V8_COVERAGE: coverage };
    const result = await runCli(scratch.path, ['build', ...flags, '--format', 'dlpatch'], env);
    expect(result.exitCode, result.stderr).toBe(0);
    const counts = readdirSync(coverage)
      .flatMap((file) => (JSON.parse(readFileSync(join(coverage, file), 'utf8')) as Coverage).result)
      .filter(({ url }) => url.endsWith('/node/render/render-node.js'))
      .flatMap(({ functions }) => functions)
      .filter(({ functionName }) => functionName === 'renderNodeWith')
      .map(({ ranges }) => ranges[0]?.count);
    expect(counts).toEqual([3]);
  });
});
