import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, usualImage } from './support/test-image.ts';

const programs = ['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy', 'xz'];

describe.skipIf(missingPrograms(programs).length > 0)('diff with one of several bases of one name', () => {
  const scratch = makeScratch();
  const at = (name: string) => join(scratch.path, name);
  const node = at('out/x86-1.img');
  let name = '';
  /** The base is called like the file that it comes from, which must not lie here. */
  const elsewhere = () => at('state');

  beforeAll(async () => {
    buildTestImage(usualImage, at('base.img'), scratch.path);
    run('xz', ['-k1', at('base.img')]);
    const places = ['--out', at('out'), '--cache', at('cache'), '--state', at('state')];
    const args = ['build', '--profile', 'x86', '--base', at('base.img.xz'), '--count', '1', '--name', 'x86'];
    const built = await runCli(scratch.path, [...args, ...places]);
    if (built.exitCode !== 0) throw new Error(built.stderr);
    // A second base of that name, before the first in every order, of which nothing was built.
    const [key = ''] = readdirSync(at('cache/bases')).filter((found) => /^[0-9a-f]{64}$/.test(found));
    const other = '0'.repeat(64);
    cpSync(at(`cache/bases/${key}`), at(`cache/bases/${other}`), { recursive: true });
    const record = JSON.parse(readFileSync(at(`cache/bases/${key}/base.json`), 'utf8')) as {
      definitionName: string;
    };
    name = record.definitionName;
    const changed = { ...record, key: other, sha256: other };
    writeFileSync(at(`cache/bases/${other}/base.json`), JSON.stringify(changed));
    copyFileSync(node, at('alone.img'));
  });
  afterAll(() => scratch.cleanUp());

  it.each([
    ['first', (base: string) => [base, node]],
    ['second', (base: string) => [node, base]],
  ])('takes that of the manifest beside the image: base %s', async (_place, images) => {
    const { stdout, stderr } = await runCli(elsewhere(), ['diff', ...images(name), '--cache', at('cache')]);
    expect(stderr).not.toContain('error:');
    expect(stdout).toContain('/etc/dlimage');
  });

  it('asks for the key where there is no manifest', async () => {
    const result = await runCli(elsewhere(), ['diff', name, at('alone.img'), '--cache', at('cache')]);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('[base-ambiguous]');
  });
});
