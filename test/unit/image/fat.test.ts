import { describe, expect, it } from 'vitest';
import { parseFatDirectory } from '../../../builder/image/fat-directory.ts';
import { parseFatGeometry, type FatGeometry } from '../../../builder/image/fat-geometry.ts';
import { readFatTable } from '../../../builder/image/fat-table.ts';
import { bufferSource } from './support/buffer-source.ts';

function bootSector(sectors: number, fields: { fat32?: boolean; perCluster?: number } = {}): Buffer {
  const sector = Buffer.alloc(512);
  sector.writeUInt16LE(512, 11);
  sector.writeUInt8(fields.perCluster ?? 1, 13);
  sector.writeUInt16LE(1, 14);
  sector.writeUInt8(2, 16);
  sector.writeUInt8(0xf8, 21);
  sector.writeUInt32LE(sectors, 32);
  if (fields.fat32 === true) sector.writeUInt32LE(600, 36);
  else sector.writeUInt16LE(200, 22);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

const geometry = (kind: FatGeometry['kind'], clusters: number, fatBytes: number): FatGeometry => ({
  kind,
  clusters,
  fatBytes,
  fatOffsetBytes: 0,
  label: '',
  uuid: '',
  sizeBytes: 0,
  clusterBytes: 512,
  fatCopies: 1,
  rootOffsetBytes: 0,
  rootBytes: 0,
  rootCluster: 0,
  dataOffsetBytes: 0,
});

const record = (name: string, attributes: number, more: (bytes: Buffer) => void = () => {}) => {
  const bytes = Buffer.alloc(32);
  bytes.write(name, 0, 'latin1');
  bytes.writeUInt8(attributes, 11);
  more(bytes);
  return bytes;
};

const longPart = (order: number, text: string) => {
  const units = Buffer.alloc(26, 0xff);
  units.write(text.length < 13 ? `${text}\0` : text, 0, 'utf16le');
  const bytes = record('', 0x0f);
  bytes.writeUInt8(order, 0);
  units.copy(bytes, 1, 0, 10);
  units.copy(bytes, 14, 10, 22);
  units.copy(bytes, 28, 22, 26);
  return bytes;
};

describe('parseFatGeometry', () => {
  it('tells the kinds apart by the number of clusters', () => {
    expect(parseFatGeometry(bootSector(401 + 4084))?.kind).toBe('fat12');
    expect(parseFatGeometry(bootSector(401 + 4085))?.kind).toBe('fat16');
    expect(parseFatGeometry(bootSector(80_000, { fat32: true }))?.kind).toBe('fat32');
  });

  it.each([
    ['no signature', (sector: Buffer) => sector.writeUInt16LE(0, 510)],
    ['sectors of 500 bytes', (sector: Buffer) => sector.writeUInt16LE(500, 11)],
    ['three sectors per cluster', (sector: Buffer) => sector.writeUInt8(3, 13)],
    ['no copy of the table', (sector: Buffer) => sector.writeUInt8(0, 16)],
    ['no reserved sector', (sector: Buffer) => sector.writeUInt16LE(0, 14)],
    ['a medium that does not exist', (sector: Buffer) => sector.writeUInt8(0, 21)],
    ['no sectors', (sector: Buffer) => sector.writeUInt32LE(0, 32)],
  ])('takes %s for no FAT', (_name, spoil) => {
    const sector = bootSector(10_000);
    expect(parseFatGeometry(sector)).not.toBeNull();
    spoil(sector);
    expect(parseFatGeometry(sector)).toBeNull();
  });
});

describe('readFatTable', () => {
  it('unpacks links of 12 bits', async () => {
    const table = await readFatTable(
      bufferSource(Buffer.from('f8ffff034000ff0f00', 'hex')),
      geometry('fat12', 4, 9),
    );
    expect([2, 3, 4, 5].map((cluster) => table.link(cluster))).toEqual([3, 4, 0xfff, 0]);
    expect(table.chain(2)).toEqual([2, 3, 4]);
    expect(table.freeClusters()).toBe(1);
  });

  it('ignores the four upper bits of FAT32', async () => {
    const bytes = Buffer.alloc(32);
    bytes.writeUInt32LE(0xf0000004, 8);
    bytes.writeUInt32LE(0x0fffffff, 16);
    const table = await readFatTable(bufferSource(bytes), geometry('fat32', 6, 32));
    expect(table.chain(2)).toEqual([2, 4]);
    expect(table.freeClusters()).toBe(4);
  });

  it('ends a chain that runs in a circle or out of the volume', async () => {
    const bytes = Buffer.alloc(16);
    for (const [cluster, link] of [
      [2, 3],
      [3, 2],
      [4, 500],
    ] as const)
      bytes.writeUInt16LE(link, cluster * 2);
    const table = await readFatTable(bufferSource(bytes), geometry('fat16', 6, 16));
    expect(table.chain(2)).toHaveLength(6);
    expect(table.chain(4)).toEqual([4]);
    expect(table.chain(0)).toEqual([]);
  });

  it.each(['fat12', 'fat16', 'fat32'] as const)('finds every changed link of %s', async (kind) => {
    const clusters = 4000;
    const before = Buffer.alloc(16_384);
    const changed = [2, 1365, 1366, 2730, 2731, 4001];
    const after = Buffer.from(before);
    for (const cluster of changed) {
      if (kind === 'fat32') after.writeUInt32LE(1, cluster * 4);
      else if (kind === 'fat16') after.writeUInt16LE(1, cluster * 2);
      else {
        const position = cluster + (cluster >> 1);
        after.writeUInt16LE(after.readUInt16LE(position) | (cluster % 2 === 0 ? 1 : 0x10), position);
      }
    }
    const read = (bytes: Buffer) => readFatTable(bufferSource(bytes), geometry(kind, clusters, bytes.length));
    expect((await read(before)).changedClusters(await read(after))).toEqual(changed);
  });
});

describe('parseFatDirectory', () => {
  it('joins long names, applies case flags, and skips what is deleted', () => {
    const { entries, label } = parseFatDirectory(
      Buffer.concat([
        record('BOOTFS     ', 0x08),
        longPart(0x42, 'name.txt'),
        longPart(0x01, 'a rather long'),
        record('ARATHE~1TXT', 0x20, (bytes) => {
          bytes.writeUInt16LE(1, 20);
          bytes.writeUInt16LE(2, 26);
          bytes.writeUInt32LE(77, 28);
          bytes.writeUInt16LE(((2024 - 1980) << 9) | (6 << 5) | 1, 24);
          bytes.writeUInt16LE((13 << 11) | (5 << 5) | 21, 22);
        }),
        record('\xe5ELETED TXT', 0x20),
        record('LOWER   TXT', 0x21, (bytes) => bytes.writeUInt8(0x18, 12)),
        record('.          ', 0x10),
        record('DIR        ', 0x10),
        record('', 0),
        record('AFTERENDTXT', 0x20),
      ]),
    );
    expect(label).toBe('BOOTFS');
    expect(entries).toEqual([
      {
        name: 'a rather longname.txt',
        names: ['a rather longname.txt', 'arathe~1.txt'],
        isDirectory: false,
        isReadOnly: false,
        cluster: 65_538,
        sizeBytes: 77,
        mtimeSeconds: Date.UTC(2024, 5, 1, 13, 5, 42) / 1000,
      },
      expect.objectContaining({ name: 'lower.txt', names: ['lower.txt'], isReadOnly: true }),
      expect.objectContaining({ name: 'DIR', isDirectory: true }),
    ]);
  });
});
