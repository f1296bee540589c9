import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { unpackContainer, type UnpackOptions } from '../../builder/image/packing/host/unpack-container.ts';
import { HostError } from '../../builder/report/errors.ts';
import { missingPrograms, run } from './support/programs.ts';
import { chooseSeed, randomNumbers } from './support/random.ts';
import { makeScratch } from './support/test-image.ts';

const mebibyte = 1024 * 1024;
const seed = chooseSeed();

/** A sparse image of blocks of 4 KiB; the lengths of its chunks are given, as are the bytes behind their headers. */
function sparseImage(blocks: number, chunks: readonly (readonly [number, number, Buffer])[]): Buffer {
  const header = Buffer.alloc(28);
  header.writeUInt32LE(0xed26ff3a, 0);
  header.writeUInt16LE(1, 4);
  header.writeUInt16LE(28, 8);
  header.writeUInt16LE(12, 10);
  header.writeUInt32LE(4096, 12);
  header.writeUInt32LE(blocks, 16);
  header.writeUInt32LE(chunks.length, 20);
  const rest = chunks.flatMap(([kind, length, data]) => {
    const chunk = Buffer.alloc(12);
    chunk.writeUInt16LE(kind, 0);
    chunk.writeUInt32LE(length, 4);
    chunk.writeUInt32LE(12 + data.length, 8);
    return [chunk, data];
  });
  return Buffer.concat([header, ...rest]);
}

const [raw, fill, hole, sum] = [0xcac1, 0xcac2, 0xcac3, 0xcac4];
const nothing = Buffer.alloc(0);
const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

describe.skipIf(missingPrograms(['img2simg', 'simg2img', '7zz']).length > 0)(
  'an Android sparse image',
  () => {
    const scratch = makeScratch();
    const at = (name: string): string => join(scratch.path, name);
    const target = at('unpacked/disk.img');
    const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
    const unpack = async (name: string, options?: UnpackOptions): Promise<unknown> =>
      await unpackContainer(at(name), target, options).catch((error: unknown) => error);

    beforeAll(() => {
      run('mkdir', [at('unpacked')]);
      writeFileSync(at('disk.raw'), '');
      truncateSync(at('disk.raw'), 8 * mebibyte);
      const file = openSync(at('disk.raw'), 'r+');
      // More than a piece of what is repeated, and more than one of what is not.
      const stretches: [number, Buffer][] = [
        [0, Buffer.from('the start')],
        [mebibyte, Buffer.alloc(1.5 * mebibyte, 'ABCD')],
        [4 * mebibyte, randomBytes(1.5 * mebibyte)],
      ];
      for (const [offset, bytes] of stretches) writeSync(file, bytes, 0, bytes.length, offset);
      closeSync(file);
      run('img2simg', [at('disk.raw'), at('disk.simg')]);
    });
    afterEach(() => {
      rmSync(target, { force: true });
    });
    afterAll(() => scratch.cleanUp());

    it.each(['4096', '65536'])('of img2simg is read with holes: blocks of %s', async (blockBytes) => {
      run('img2simg', [at('disk.raw'), at('blocks.simg'), blockBytes]);
      expect(await unpack('blocks.simg')).toBe(at('blocks.simg'));
      expect(digest(target)).toBe(digest(at('disk.raw')));
      expect(statSync(target).blocks * 512).toBeLessThan(4 * mebibyte);
    });

    it('in a zip is read', async () => {
      run('cp', [at('disk.simg'), at('system.img')]);
      run('7zz', ['a', '-tzip', at('board.zip'), at('system.img')]);
      expect(await unpack('board.zip')).toBe(`system.img in ${at('board.zip')}`);
      expect(digest(target)).toBe(digest(at('disk.raw')));
    });

    it('with all kinds of chunks is read as simg2img does', async () => {
      const block = Buffer.alloc(4096, 'x');
      const whole = Buffer.concat([block, Buffer.alloc(4096), Buffer.alloc(8192, 'ABCD')]);
      const chunks = [
        [raw, 1, block],
        [hole, 1, nothing],
        [fill, 2, Buffer.from('ABCD')],
      ] as const;
      writeFileSync(at('all.simg'), sparseImage(4, [...chunks, [sum, 0, number(crc32(whole))]]));
      run('simg2img', [at('all.simg'), at('theirs.img')]);
      expect(readFileSync(at('theirs.img')).equals(whole)).toBe(true);
      expect(await unpack('all.simg')).not.toBeInstanceOf(Error);
      expect(readFileSync(target).equals(whole)).toBe(true);
      writeFileSync(at('all.simg'), sparseImage(4, [...chunks, [sum, 0, number(1)]]));
      expect(String(await unpack('all.simg'))).toContain('its checksum is another');
    });

    it.each([
      [
        'a length that its chunks do not have',
        sparseImage(3, [[hole, 2, nothing]]),
        'do not make up the whole',
      ],
      ['chunks of more than its length', sparseImage(1, [[hole, 2, nothing]]), 'do not make up the whole'],
      [
        'a chunk that is cut off',
        sparseImage(1, [[raw, 1, Buffer.alloc(4096)]]).subarray(0, 4000),
        'end is missing',
      ],
      [
        'a raw chunk that is too short',
        sparseImage(1, [[raw, 1, Buffer.alloc(512)]]),
        'a chunk has 512 bytes',
      ],
      ['a chunk of no kind', sparseImage(1, [[0xcac5, 1, nothing]]), 'a chunk is of kind 0xcac5'],
      [
        'fewer chunks than it says',
        sparseImage(2, [[hole, 2, nothing]]).fill(2, 20, 21),
        'a chunk is of kind 0x0',
      ],
      ['blocks of no length', sparseImage(1, []).fill(0, 12, 16), 'its blocks have 0 bytes'],
      ['another version', sparseImage(0, []).fill(2, 4, 5), 'its version is 2'],
      ['a short header', sparseImage(0, []).fill(4, 8, 9), 'its headers are too short'],
    ])('is damaged that has %s', async (_what, bytes, reason) => {
      writeFileSync(at('damaged.simg'), bytes);
      const error = await unpack('damaged.simg');
      expect(error).toMatchObject({ id: 'image-damaged' });
      expect(String(error)).toContain(reason);
      expect(readdirSync(at('unpacked'))).toEqual([]);
    });

    it('is given up when it has more than the limit, before anything is written', async () => {
      const most = 2 ** 32 - 1;
      writeFileSync(at('bomb.simg'), sparseImage(most, [[fill, most, Buffer.from('bomb')]]));
      expect(await unpack('bomb.simg')).toMatchObject({ id: 'image-too-large' });
      expect(await unpack('disk.simg', { limitBytes: 4 * mebibyte })).toMatchObject({
        id: 'image-too-large',
      });
      expect(readdirSync(at('unpacked'))).toEqual([]);
    });

    it(`is read or refused by name, whatever is changed in it (seed ${seed})`, async () => {
      const next = randomNumbers(seed);
      const bytes = readFileSync(at('disk.simg'));
      for (let round = 0; round < 40; round += 1) {
        const mutant = Buffer.from(bytes);
        for (let change = 0; change <= round % 3; change += 1) mutant[4 + next(60)] = next(256);
        writeFileSync(at('mutant'), mutant);
        const outcome = await unpack('mutant', { limitBytes: 64 * mebibyte });
        expect(typeof outcome === 'string' || outcome instanceof HostError, String(outcome)).toBe(true);
        rmSync(target, { force: true });
        expect(readdirSync(at('unpacked'))).toEqual([]);
      }
    });
  },
);
