import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DlpatchHeader } from '../../builder/artifact/dlpatch.ts';
import { applyDlpatch } from '../../builder/artifact/host/apply-dlpatch.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { HostError } from '../../builder/report/errors.ts';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms } from './support/programs.ts';
import { chooseSeed, randomNumbers } from './support/random.ts';
import { makeSmallPatch, sealed, withHeader } from './support/small-patch.ts';
import { buildTestImage, makeScratch, usualImage } from './support/test-image.ts';

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']);
const seed = chooseSeed();

describe.skipIf(missing.length > 0)('a patch from anywhere', () => {
  const scratch = makeScratch();
  const at = (name: string) => join(scratch.path, name);
  const victim = at('victim.img');
  let patch: Buffer;

  beforeAll(async () => {
    buildTestImage(usualImage, at('base.img'), scratch.path);
    mkdirSync(at('made'));
    patch = readFileSync(await makeSmallPatch(at('base.img'), at('made')));
    writeFileSync(victim, 'mine');
    mkdirSync(at('out'));
  });
  afterAll(() => scratch.cleanUp());

  const apply = async (bytes: Buffer, name = 'y.img'): Promise<unknown> => {
    writeFileSync(at('hostile.dlpatch'), bytes);
    const request = {
      patchPath: at('hostile.dlpatch'),
      base: at('base.img'),
      outputPath: join(at('out'), name),
      cacheDirectory: at('cache'),
      progress: silentProgress,
    };
    return await applyDlpatch(request).catch((error: unknown) => error);
  };
  const idOf = (outcome: unknown) => (outcome instanceof HostError ? outcome.id : outcome);
  /** Nothing outside is touched, and nothing is left inside. */
  const expectNothingWritten = () => {
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readdirSync(at('out'))).toEqual([]);
  };

  it('is applied when it is whole, under the name that was asked for', async () => {
    expect(await apply(withHeader(patch, (header) => header))).toMatchObject({ format: 'img' });
    expect(readdirSync(at('out'))).toEqual(['y.img']);
    rmSync(join(at('out'), 'y.img'));
  });

  it.each([
    [
      'a name that leads out',
      (header: DlpatchHeader) => ({ ...header, image: { ...header.image, name: '../../victim' } }),
    ],
    [
      'an absolute name',
      (header: DlpatchHeader) => ({ ...header, image: { ...header.image, name: victim.slice(0, -4) } }),
    ],
    ['no name', (header: DlpatchHeader) => ({ ...header, image: { sizeBytes: header.image.sizeBytes } })],
    ['another size', (header: DlpatchHeader) => ({ ...header, image: { ...header.image, sizeBytes: 512 } })],
    [
      'a size past all bounds',
      (header: DlpatchHeader) => ({ ...header, image: { ...header.image, sizeBytes: 2 ** 52 } }),
    ],
    ['no layers', (header: DlpatchHeader) => ({ ...header, layers: [] })],
    ['one layer', (header: DlpatchHeader) => ({ ...header, layers: header.layers.slice(1) })],
    ['no key of its base', (header: DlpatchHeader) => ({ ...header, base: { ...header.base, key: null } })],
    ['null for a header', () => null],
  ])('is damaged with %s', async (_name, change) => {
    expect(idOf(await apply(withHeader(patch, change)))).toBe('patch-damaged');
    expectNothingWritten();
  });

  it('is damaged when a layer is no deflate stream, or one without end', async () => {
    const bomb = deflateRawSync(Buffer.alloc(200_000_000));
    const layers = (bytes: Buffer) =>
      sealed(
        Buffer.concat([
          withHeader(patch, (header) => ({
            ...header,
            layers: [
              { ranges: [[0, 512]], compressedBytes: bytes.length },
              { ranges: [], compressedBytes: 2 },
            ],
          })).subarray(0, -32 - layerBytes(patch)),
          bytes,
          deflateRawSync(Buffer.alloc(0)),
          Buffer.alloc(32),
        ]),
      );
    for (const bytes of [Buffer.from('no deflate stream'), bomb]) {
      expect(idOf(await apply(layers(bytes)))).toBe('patch-damaged');
      expectNothingWritten();
    }
  });

  it('ends in exit code 3 at the command line', async () => {
    writeFileSync(
      at('evil.dlpatch'),
      withHeader(patch, (header) => ({ ...header, image: { ...header.image, name: '../../victim' } })),
    );
    const args = [
      'apply',
      'evil.dlpatch',
      '--base',
      'base.img',
      '--out',
      'out/y.img',
      '--cache',
      at('cache'),
    ];
    const result = await runCli(scratch.path, args);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('the name of its image is not a plain file name [patch-damaged]');
    expectNothingWritten();
  });

  it('is refused by name or applied inside --out, whatever is changed in it', async () => {
    const random = randomNumbers(seed);
    const outcomes = new Map<string, number>();
    for (let round = 0; round < 300; round += 1) {
      const mutant = Buffer.from(patch);
      // Most of the changes are in the header, which is read first.
      for (let count = random(4); count >= 0; count -= 1) {
        mutant.writeUInt8(random(256), random(random(3) === 0 ? mutant.length : 700));
      }
      const cut = random(5) === 0 ? mutant.subarray(0, random(mutant.length)) : mutant;
      const outcome = await apply(cut.length > 32 && random(10) > 0 ? sealed(cut) : cut);
      const id =
        outcome instanceof HostError ? outcome.id : outcome instanceof Error ? outcome.stack : 'applied';
      outcomes.set(String(id), (outcomes.get(String(id)) ?? 0) + 1);
      if (existsSync(join(at('out'), 'y.img'))) rmSync(join(at('out'), 'y.img'));
      expectNothingWritten();
    }
    const expected = ['patch-damaged', 'patch-base-differs', 'image-empty', 'applied'];
    expect([...outcomes.keys()].filter((id) => !expected.includes(id))).toEqual([]);
    expect(outcomes.get('patch-damaged')).toBeGreaterThan(100);
  });
});

/** Length of all layers of a patch, from its header. */
function layerBytes(patch: Buffer): number {
  let sum = 0;
  withHeader(patch, (header) => {
    sum = header.layers.reduce((total, layer) => total + layer.compressedBytes, 0);
    return header;
  });
  return sum;
}
