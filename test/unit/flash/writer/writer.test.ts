import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cutChunks, splitRanges } from '../../../../builder/flash/host/writer/chunks.ts';
import { describeMismatch } from '../../../../builder/flash/host/writer/compare.ts';
import { parseHeader } from '../../../../builder/flash/host/writer/parse-header.ts';
import type { WriterHeader } from '../../../../builder/flash/writer-protocol.ts';

const folder = join(import.meta.dirname, '../../../../builder/flash/host/writer');

const header: WriterHeader = {
  mode: 'write',
  device: '/dev/sdb',
  sizeBytes: 8192,
  firstMebibyteSha256: '0'.repeat(64),
  sectorBytes: 512,
  imageBytes: 5000,
  ranges: [
    [0, 512],
    [1024, 3976],
  ],
  marker: Buffer.alloc(512).toString('base64'),
  readBack: true,
};

describe('the writer, which may run as root', () => {
  it('loads nothing but the modules of Node and the files beside it', () => {
    const imported = readdirSync(folder).flatMap((file) =>
      [
        ...readFileSync(join(folder, file), 'utf8').matchAll(
          /^(?!import type)(?:import|export)[^;]*?from '(.+)';/gm,
        ),
      ].map(([, from = '']) => from),
    );
    expect(imported.length).toBeGreaterThan(20);
    expect(imported.filter((from) => !/^(?:node:[a-z_/]+|\.\/[a-z-]+\.ts)$/.test(from))).toEqual([]);
  });

  it('reads no environment and no arguments', () => {
    const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    expect(texts.filter((text) => /process\.(?:env|argv)/.test(text))).toEqual([]);
  });

  it('takes a header that is in order', () => {
    expect(parseHeader(JSON.stringify(header))).toEqual(header);
  });

  it.each<[string, Partial<Record<keyof WriterHeader, unknown>>]>([
    ['mode', { mode: 'erase' }],
    ['device', { device: '/etc/passwd' }],
    ['sizes', { sizeBytes: -1 }],
    ['identity', { firstMebibyteSha256: '' }],
    ['sectors', { sectorBytes: 0 }],
    ['marker', { marker: 'AAAA' }],
    ['readBack', { readBack: 'no' }],
    ['ranges', { ranges: [[0, 512, 0], 5] }],
    [
      'ranges',
      {
        ranges: [
          [512, 512],
          [0, 512],
        ],
      },
    ],
    ['ranges', { ranges: [[0, 1000]] }],
    ['ranges', { ranges: [[100, 412]] }],
    ['ranges', { ranges: [[4608, 512]] }],
    ['ranges', { ranges: [[0, 0]] }],
  ])('refuses a header with odd %s', (text, part) => {
    expect(() => parseHeader(JSON.stringify({ ...header, ...part }))).toThrow(
      expect.objectContaining({ failure: { reason: 'header', text } }),
    );
  });

  it('refuses what is no header', () => {
    for (const line of ['', '{', '7', 'null']) expect(() => parseHeader(line)).toThrow('header');
  });
});

describe('chunks', () => {
  it('end at multiples of their size', () => {
    const chunks = cutChunks(
      [
        [512, 1024],
        [4096, 9000],
      ],
      4096,
    );
    expect(chunks.map(({ offsetBytes, lengthBytes }) => [offsetBytes, lengthBytes])).toEqual([
      [512, 1024],
      [4096, 4096],
      [8192, 4096],
      [12_288, 808],
    ]);
  });

  it('are apart from the start, which is written last', () => {
    expect(
      splitRanges(
        [
          [0, 10],
          [20, 50],
          [80, 5],
        ],
        40,
      ),
    ).toEqual({
      below: [
        [0, 10],
        [20, 20],
      ],
      above: [
        [40, 30],
        [80, 5],
      ],
    });
  });
});

describe('a difference', () => {
  const expected = Buffer.alloc(4096, 0x5a);
  const compare = (from: number, value: number, length: number) =>
    describeMismatch(expected, Buffer.from(expected).fill(value, from, from + length), 1_000_000);

  it('is none in what is equal', () => {
    expect(describeMismatch(expected, Buffer.from(expected), 0)).toBeNull();
  });

  it.each([
    ['zeros', 0x00, 1024, {}],
    ['ones', 0xff, 1024, {}],
    ['bits', 0x5b, 2, { flippedBits: 2 }],
    ['data', 0x33, 600, {}],
  ])('is told from others: %s', (found, value, length, more) => {
    const place = { offsetBytes: 1_000_512, lengthBytes: length, expected: 'data' };
    expect(compare(512, value, length)).toEqual({ ...place, found, ...more });
  });
});
