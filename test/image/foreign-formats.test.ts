import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLayout } from '../../builder/image/host/read-layout.ts';
import type { HostError } from '../../builder/report/errors.ts';
import { missingPrograms, run } from './support/programs.ts';
import { makeScratch } from './support/test-image.ts';

const programs = ['lz4', 'lzip', 'lzop', 'compress', 'xz', 'qemu-img'];

// Made by their own programs; of RAR and WIM Debian has no maker in what the tests install.
describe.skipIf(missingPrograms(programs).length > 0)('an image in a format that is not read', () => {
  const scratch = makeScratch();
  const at = (name: string): string => join(scratch.path, name);
  const plain = Buffer.from('no image at all\n'.repeat(1000));
  const disk = (...options: readonly string[]) => {
    run('qemu-img', ['create', '-q', ...options, at('disk'), '8M']);
    return null;
  };

  beforeAll(() => writeFileSync(at('plain'), plain));
  afterAll(() => scratch.cleanUp());

  it.each<readonly [string, () => Buffer | null]>([
    ['packed with lz4', () => run('lz4', ['-c'], plain)],
    ['packed with lzip', () => run('lzip', ['-c'], plain)],
    ['packed with lzop', () => run('lzop', ['-c'], plain)],
    ['packed with lzma', () => run('xz', ['--format=lzma', '-c'], plain)],
    ['packed with compress', () => run('compress', ['-c'], plain)],
    ['a QED disk', () => disk('-f', 'qed')],
    ['a disk of Parallels', () => disk('-f', 'parallels')],
    ['whose data is in other files', () => disk('-f', 'vmdk', '-o', 'subformat=monolithicFlat')],
    ['whose data is in other files', () => disk('-f', 'vmdk', '-o', 'subformat=twoGbMaxExtentSparse')],
    ['a RAR archive', () => Buffer.from('Rar!\x1a\x07\x01\0'.padEnd(4096, '\0'), 'latin1')],
    ['a Windows image (WIM)', () => Buffer.from('MSWIM\0\0\0\xd0'.padEnd(4096, '\0'), 'latin1')],
  ])('is named: %s', async (name, make) => {
    const bytes = make();
    if (bytes !== null) writeFileSync(at('disk'), bytes);
    const error = await readLayout(at('disk')).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ id: 'image-format-unsupported' });
    expect((error as HostError).message).toContain(name);
    expect((error as HostError).hint).not.toBe('');
  });
});
