import { closeSync, copyFileSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseImage } from '../../builder/image/host/base.ts';
import type { ImageLayout } from '../../builder/image/layout.ts';
import { HostError } from '../../builder/report/errors.ts';
import { missingPrograms, run } from './support/programs.ts';
import { chooseSeed, randomNumbers } from './support/random.ts';
import { buildTestImage, makeScratch, testImages, usualImage } from './support/test-image.ts';

const seed = chooseSeed();
/** One of each kind of table. */
const kinds = [
  'MBR, FAT32, ext4 of today',
  'MBR, FAT16, logical partition',
  'MBR, sectors of 4096 bytes, FAT12',
  'GPT, FAT32, blocks of 1 KiB',
  'GPT, sectors of 4096 bytes, FAT16',
] as const;
const rounds = 25;
/** The first records and headers, the list of partitions, and the records of logical partitions of test images. */
const tablePlaces = (sectorSize: number, isLogical: boolean): readonly (readonly [number, number])[] => [
  [440, 72],
  [sectorSize, 96],
  [2 * sectorSize, 3 * 128],
  ...(isLogical ? [42, 47].map((mebibytes) => [mebibytes * 1024 * 1024 + 446, 66] as const) : []),
];

describe.skipIf(missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']).length > 0)(
  'the partition table of a stranger',
  () => {
    const scratch = makeScratch();
    const at = (name: string) => join(scratch.path, name);
    const nameOf = (kind: (typeof kinds)[number]) => at(`${kinds.indexOf(kind)}.img`);
    const gpt = { ...usualImage, table: 'gpt' } as const;

    const look = async (path: string): Promise<ImageLayout | HostError> =>
      await readBaseImage(path).then(
        ({ layout }) => layout,
        (error: unknown) => {
          if (error instanceof HostError) return error;
          throw error;
        },
      );
    const write = (path: string, changes: readonly (readonly [number, Uint8Array])[]) => {
      const file = openSync(path, 'r+');
      for (const [position, bytes] of changes) writeSync(file, bytes, 0, bytes.length, position);
      closeSync(file);
    };
    const spoiled = (spoil: (image: Buffer) => void): string => {
      const image = readFileSync(at('gpt.img')).subarray(0, 1024 * 1024);
      spoil(image);
      copyFileSync(at('gpt.img'), at('spoiled.img'));
      write(at('spoiled.img'), [[0, image]]);
      return at('spoiled.img');
    };
    /** Makes the checksums of a GPT right, as one who means harm would. */
    const sign = (image: Buffer) => {
      image.writeUInt32LE(crc32(image.subarray(1024, 1024 + 128 * 128)), 512 + 88);
      image.writeUInt32LE(0, 512 + 16);
      image.writeUInt32LE(crc32(image.subarray(512, 512 + 92)), 512 + 16);
    };

    beforeAll(() => {
      buildTestImage(gpt, at('gpt.img'), scratch.path);
      for (const kind of kinds) buildTestImage(testImages[kind] ?? gpt, nameOf(kind), scratch.path);
    });
    afterAll(() => scratch.cleanUp());

    it.each<[string, (image: Buffer) => void, string]>([
      [
        'a wrong checksum of the header',
        (image) => image.writeUInt8(1, 512 + 56),
        'header has a wrong checksum',
      ],
      [
        'a wrong checksum of the list',
        (image) => image.writeUInt8(1, 1024 + 300),
        'list of partitions has a wrong',
      ],
      ['a header of impossible length', (image) => image.writeUInt32LE(5000, 512 + 12), 'impossible length'],
      ['only its backup', (image) => image.fill(0, 512, 512 * 34), 'only its backup at the end'],
      ['no protective MBR', (image) => image.fill(0, 0, 512), 'it has no protective MBR'],
      [
        'entries of another shape',
        (image) => {
          image.writeUInt32LE(256, 512 + 84);
          sign(image);
        },
        'entries of another shape',
      ],
      [
        'a header of another place',
        (image) => {
          image.writeUInt32LE(7, 512 + 24);
          sign(image);
        },
        'made for another place',
      ],
      [
        'a partition that ends before it begins',
        (image) => {
          image.writeUInt32LE(1, 1024 + 40);
          sign(image);
        },
        'its partition 1 ends before it begins',
      ],
    ])('is refused with %s', async (_kind, spoil, text) => {
      const error = await look(spoiled(spoil));
      expect(error).toMatchObject({
        id: 'image-table-damaged',
        message: expect.stringContaining(text) as string,
      });
    });

    it('is refused when neither it nor its backup is left', async () => {
      const path = spoiled((image) => image.fill(0, 512, 512 * 34));
      const backup = readFileSync(path).length - 512;
      write(path, [[backup, Buffer.alloc(512)]]);
      expect(await look(path)).toMatchObject({ id: 'image-table-damaged' });
      write(path, [[0, Buffer.alloc(512)]]);
      expect(await look(path)).toMatchObject({ id: 'image-no-layout' });
    });

    it('is refused with a partition beyond the end', async () => {
      const path = spoiled((image) => {
        image.writeUInt32LE(0xffff, 1024 + 128 + 44);
        sign(image);
      });
      expect(await look(path)).toMatchObject({ id: 'image-truncated' });
    });

    it('is the old MBR when a GPT was there before it, as Linux sees it', async () => {
      copyFileSync(nameOf('MBR, FAT32, ext4 of today'), at('old.img'));
      write(at('old.img'), [[512, readFileSync(at('gpt.img')).subarray(512, 512 * 34)]]);
      expect(await look(at('old.img'))).toMatchObject({
        table: 'mbr',
        partitions: [{ number: 1 }, { number: 2 }],
      });
    });

    it.each(kinds)('is refused wherever its image is cut: %s', async (kind) => {
      const whole = await look(nameOf(kind));
      expect(whole).not.toBeInstanceOf(HostError);
      copyFileSync(nameOf(kind), at('cut.img'));
      const next = randomNumbers(seed);
      const mebibyte = 1024 * 1024;
      for (const bytes of [
        105 * mebibyte,
        80 * mebibyte + next(mebibyte),
        next(mebibyte),
        5000,
        1536,
        513,
        100,
      ]) {
        truncateSync(at('cut.img'), bytes);
        expect(await look(at('cut.img')), `${bytes} bytes`).toBeInstanceOf(HostError);
      }
    });

    it.each(kinds)(
      `is refused by name or read as sfdisk does, whatever its bytes: %s (seed ${seed})`,
      async (kind) => {
        const image = testImages[kind] ?? gpt;
        copyFileSync(nameOf(kind), at('random.img'));
        const places = tablePlaces(image.sectorSize, image.logical);
        const original = readFileSync(at('random.img'));
        const next = randomNumbers(seed);
        for (let round = 0; round < rounds; round += 1) {
          const changes = Array.from({ length: 1 + (round % 3) }, () => {
            const [start, length] = places[next(places.length)] ?? [0, 512];
            return [start + next(length), Buffer.of(next(256))] as const;
          });
          write(at('random.img'), changes);
          const layout = await look(at('random.img'));
          if (!(layout instanceof HostError) && layout.table !== 'none' && layout.sectorSize === 512)
            expect(partitionsOf(layout), JSON.stringify(changes)).toEqual(
              partitionsBySfdisk(at('random.img')),
            );
          write(
            at('random.img'),
            changes.map(([position]) => [position, original.subarray(position, position + 1)] as const),
          );
        }
      },
    );
  },
);

/** Number, first sector and number of sectors of each. */
function partitionsOf({ partitions }: ImageLayout): number[][] {
  return partitions.map(({ number, offsetBytes, sizeBytes }) => [number, offsetBytes / 512, sizeBytes / 512]);
}

function partitionsBySfdisk(path: string): number[][] {
  const dump = JSON.parse(run('sfdisk', ['--json', path]).toString()) as {
    readonly partitiontable: {
      readonly partitions: readonly {
        readonly node: string;
        readonly start: number;
        readonly size: number;
        readonly type: string;
      }[];
    };
  };
  return dump.partitiontable.partitions
    .filter(({ type, size }) => size > 0 && !['0', '5', 'f', '85'].includes(type))
    .map(({ node, start, size }) => [Number(/\d+$/.exec(node)?.[0]), start, size]);
}
