import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseLayout } from '../../../builder/image/partition-table.ts';
import { bufferSource } from './support/buffer-source.ts';

const mebibyte = 1024 * 1024;

/** A record of an MBR: type, first sector, number of sectors. */
function writeRecord(image: Buffer, at: number, type: number, start: number, sectors: number): void {
  image.writeUInt8(type, at + 4);
  image.writeUInt32LE(start, at + 8);
  image.writeUInt32LE(sectors, at + 12);
}

function emptyMbr(sizeBytes: number): Buffer {
  const image = Buffer.alloc(sizeBytes);
  image.writeUInt32LE(0x0a1b2c3d, 440);
  image.writeUInt16LE(0xaa55, 510);
  return image;
}

function writeSuperblock(image: Buffer, partition: number): void {
  image.writeUInt16LE(0xef53, partition + 1024 + 0x38);
}

describe('parseLayout', () => {
  it('finds nothing in zeros and in noise', async () => {
    expect(await parseLayout(bufferSource(Buffer.alloc(mebibyte)))).toBeNull();
    expect(await parseLayout(bufferSource(Buffer.alloc(mebibyte, 'noise')))).toBeNull();
    expect(await parseLayout(bufferSource(Buffer.from('short')))).toBeNull();
  });

  it('numbers logical partitions from 5, along the chain of their records', async () => {
    const image = emptyMbr(8 * mebibyte);
    writeRecord(image, 446, 0x83, 2048, 2048);
    writeRecord(image, 462, 0x0f, 6144, 8192);
    const [first, second] = [6144 * 512, (6144 + 4096) * 512];
    for (const at of [first, second]) image.writeUInt16LE(0xaa55, at + 510);
    writeRecord(image, first + 446, 0x83, 63, 100);
    writeRecord(image, first + 462, 0x05, 4096, 4096);
    writeRecord(image, second + 446, 0x82, 63, 200);
    const layout = await parseLayout(bufferSource(image));
    expect(layout).toMatchObject({ table: 'mbr', sectorSize: 512, neededBytes: (6144 + 8192) * 512 });
    expect(
      layout?.partitions.map(({ number, offsetBytes, sizeBytes, partuuid, type }) => [
        number,
        offsetBytes / 512,
        sizeBytes / 512,
        partuuid,
        type,
      ]),
    ).toEqual([
      [1, 2048, 2048, '0a1b2c3d-01', '83'],
      [5, 6144 + 63, 100, '0a1b2c3d-05', '83'],
      [6, 6144 + 4096 + 63, 200, '0a1b2c3d-06', '82'],
    ]);
  });

  it('goes on with the numbers in a second extended partition, and needs all of every partition', async () => {
    const image = emptyMbr(8 * mebibyte);
    writeRecord(image, 446, 0x05, 2048, 2048);
    writeRecord(image, 462, 0x0f, 6144, 2048);
    for (const start of [2048, 6144]) {
      image.writeUInt16LE(0xaa55, start * 512 + 510);
      writeRecord(image, start * 512 + 446, 0x83, 63, start);
    }
    const layout = await parseLayout(bufferSource(image));
    expect(layout?.partitions.map(({ number }) => number)).toEqual([5, 6]);
    expect(layout?.neededBytes).toBe((6144 + 63 + 6144) * 512);
  });

  it('ends a chain that runs in a circle', async () => {
    const image = emptyMbr(mebibyte);
    writeRecord(image, 446, 0x05, 100, 1000);
    image.writeUInt16LE(0xaa55, 100 * 512 + 510);
    writeRecord(image, 100 * 512 + 446, 0x83, 10, 10);
    writeRecord(image, 100 * 512 + 462, 0x05, 0, 1000);
    expect((await parseLayout(bufferSource(image)))?.partitions).toHaveLength(100);
  });

  it('takes the length of sectors with which filesystems appear', async () => {
    const image = emptyMbr(16 * mebibyte);
    writeRecord(image, 446, 0x83, 256, 512);
    expect(await parseLayout(bufferSource(image))).toMatchObject({ sectorSize: 512 });
    writeSuperblock(image, 256 * 4096);
    expect(await parseLayout(bufferSource(image))).toMatchObject({
      sectorSize: 4096,
      partitions: [{ offsetBytes: mebibyte, sizeBytes: 2 * mebibyte }],
    });
  });

  it('says how long an image must be to hold its partitions', async () => {
    const image = emptyMbr(mebibyte);
    writeRecord(image, 446, 0x83, 2048, 1_000_000);
    const layout = await parseLayout(bufferSource(image));
    expect(layout).toMatchObject({ sizeBytes: mebibyte, neededBytes: 1_002_048 * 512 });
  });

  it('reads a GPT and prefers it to its protective MBR', async () => {
    const image = emptyMbr(8 * mebibyte);
    writeRecord(image, 446, 0xee, 1, 16383);
    image.write('EFI PART', 512, 'latin1');
    image.writeUInt32LE(92, 512 + 12);
    image.writeUInt32LE(1, 512 + 24);
    image.writeUInt32LE(16383, 512 + 32);
    image.writeUInt32LE(2, 512 + 72);
    image.writeUInt32LE(128, 512 + 80);
    image.writeUInt32LE(128, 512 + 84);
    const third = 1024 + 2 * 128;
    image.write('28732ac11ff8d211ba4b00a0c93ec93b', third, 'hex');
    image.write('0102030405060708090a0b0c0d0e0f10', third + 16, 'hex');
    image.writeUInt32LE(2048, third + 32);
    image.writeUInt32LE(4095, third + 40);
    image.write('EFI system ü', third + 56, 'utf16le');
    image.writeUInt32LE(crc32(image.subarray(1024, 1024 + 128 * 128)), 512 + 88);
    image.writeUInt32LE(crc32(image.subarray(512, 512 + 92)), 512 + 16);
    const layout = await parseLayout(bufferSource(image));
    expect(layout).toMatchObject({ table: 'gpt', sectorSize: 512, neededBytes: 8 * mebibyte });
    expect(layout?.partitions).toMatchObject([
      {
        number: 3,
        offsetBytes: mebibyte,
        sizeBytes: mebibyte,
        type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
        partuuid: '04030201-0605-0807-090a-0b0c0d0e0f10',
        name: 'EFI system ü',
        filesystem: { kind: 'unknown' },
      },
    ]);
  });

  it.each([
    ['luks', 0, 'LUKS\xba\xbe'],
    ['lvm', 512, 'LABELONE'],
    ['xfs', 0, 'XFSB'],
    ['btrfs', 0x10040, '_BHRfS_M'],
    ['squashfs', 0, 'hsqs'],
    ['erofs', 1024, '\xe2\xe1\xf5\xe0'],
    ['f2fs', 1024, '\x10\x20\xf5\xf2'],
    ['exfat', 3, 'EXFAT   '],
    ['ntfs', 3, 'NTFS    '],
    ['iso9660', 0x8001, 'CD001'],
    ['swap', 4086, 'SWAPSPACE2'],
  ])('names %s', async (kind, offset, magic) => {
    const image = emptyMbr(4 * mebibyte);
    writeRecord(image, 446, 0x83, 2048, 2048);
    image.write(magic, mebibyte + offset, 'latin1');
    expect((await parseLayout(bufferSource(image)))?.partitions[0]?.filesystem).toEqual({
      kind,
      label: '',
      uuid: '',
      sizeBytes: null,
      freeBytes: null,
    });
  });
});
