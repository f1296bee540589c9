import { describe, expect, it } from 'vitest';
import { parseBmap, renderBmap } from '../../../builder/artifact/bmap.ts';
import {
  dlpatchPrefixBytes,
  parseDlpatchHeader,
  parseDlpatchPrefix,
  renderDlpatchHeader,
  type DlpatchHeader,
} from '../../../builder/artifact/dlpatch.ts';
import { planQcow2 } from '../../../builder/artifact/qcow2.ts';
import { totalLength } from '../../../builder/image/piece.ts';

describe('a block map', () => {
  const ranges = [
    { offsetBytes: 0, lengthBytes: 4096, sha256: 'a'.repeat(64) },
    { offsetBytes: 8192, lengthBytes: 8192, sha256: 'b'.repeat(64) },
  ];
  const text = renderBmap(1_000_000, ranges);

  it('has one range a line, and counts blocks', () => {
    expect(text).toContain(`<Range chksum="${'a'.repeat(64)}"> 0 </Range>`);
    expect(text).toContain(`<Range chksum="${'b'.repeat(64)}"> 2-3 </Range>`);
    expect(text).toContain('<BlocksCount> 245 </BlocksCount>');
    expect(text).toContain('<MappedBlocksCount> 3 </MappedBlocksCount>');
  });

  it('is read back, unless it was changed', () => {
    expect(parseBmap(text)).toEqual({ imageSizeBytes: 1_000_000, ranges });
    expect(parseBmap(text.replace('2-3', '2-4'))).toBeNull();
    expect(parseBmap('<bmap/>')).toBeNull();
  });

  it('lets its last range end with the image', () => {
    const last = [{ offsetBytes: 4096, lengthBytes: 100, sha256: 'c'.repeat(64) }];
    expect(parseBmap(renderBmap(4196, last))?.ranges).toEqual(last);
  });
});

describe('the header of a .dlpatch', () => {
  const header: DlpatchHeader = {
    base: { sha256: 'd'.repeat(64), sizeBytes: 9000, key: 'k', name: 'debian-13' },
    image: { name: 'pi3-1', sizeBytes: 9000 },
    layers: [
      {
        ranges: [
          [0, 4096],
          [4096, 10],
        ],
        compressedBytes: 20,
      },
      { ranges: [], compressedBytes: 2 },
    ],
  };
  const bytes = renderDlpatchHeader(header);
  const json = bytes.subarray(dlpatchPrefixBytes);

  it('is read back', () => {
    expect(parseDlpatchPrefix(bytes)).toBe(json.length);
    expect(parseDlpatchHeader(json)).toEqual(header);
  });

  it.each([
    [
      'ranges in disorder',
      [
        [4096, 10],
        [0, 4096],
      ],
    ],
    [
      'ranges that overlap',
      [
        [0, 4096],
        [4000, 10],
      ],
    ],
    ['a range past the end', [[8999, 2]]],
    ['a range without bytes', [[0, 0]]],
    ['a range that is no number', [['0', 1]]],
  ])('is refused with %s', (_name, ranges) => {
    const broken = { ...header, layers: [{ ranges, compressedBytes: 20 }, header.layers[1]] };
    expect(parseDlpatchHeader(Buffer.from(JSON.stringify(broken)))).toEqual({
      problem: 'the ranges of its layers do not fit its image',
    });
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'its header is not JSON'],
    ['no object', [], 'its header is not a JSON object'],
    ['no base', { ...header, base: null }, 'its header does not name its base'],
    [
      'a base without a key',
      { ...header, base: { ...header.base, key: 1 } },
      'its header does not name its base',
    ],
    ...['../x', '/x', '..', '.', '', 'a\0b', 'a\nb', '\ud800', 'x'.repeat(256), 7, null].map(
      (name): [string, unknown, string] => [
        `an image called ${JSON.stringify(name)}`.slice(0, 60),
        { ...header, image: { ...header.image, name } },
        'the name of its image is not a plain file name',
      ],
    ),
    ...[9001, 0, -1, '9000', 2 ** 60, null].map((sizeBytes): [string, unknown, string] => [
      `an image of ${sizeBytes} bytes`,
      { ...header, image: { ...header.image, sizeBytes } },
      'its image has another size than its base',
    ]),
    ['no layers', { ...header, layers: [] }, 'it does not have two layers'],
    ['layers that are none', { ...header, layers: [1, 2] }, 'it does not have two layers'],
    [
      'a layer without bytes',
      { ...header, layers: [header.layers[0], { ranges: [], compressedBytes: 0 }] },
      'the ranges of its layers do not fit its image',
    ],
  ])('is refused with %s', (_name, broken, problem) => {
    const text = typeof broken === 'string' ? broken : JSON.stringify(broken);
    expect(parseDlpatchHeader(Buffer.from(text))).toEqual({ problem });
  });

  it('is refused from another version', () => {
    const later = Buffer.from(bytes);
    later.writeUInt8(2, 7);
    expect(parseDlpatchPrefix(later)).toBeNull();
  });
});

describe('a qcow2 plan', () => {
  it('has whole clusters, and knows what it refers to', () => {
    const cluster = 65_536;
    const sizeBytes = 2 ** 40 + 512;
    const pieces = planQcow2({
      sizeBytes,
      ranges: [
        { offsetBytes: 10, lengthBytes: 10 },
        { offsetBytes: cluster + 5, lengthBytes: 1 },
        { offsetBytes: 2 ** 40, lengthBytes: 512 },
      ],
      contents: (_offset, lengthBytes) => [{ kind: 'zeros', lengthBytes }],
    });
    // Header, refcount table and block, L1 table, two L2 tables, three clusters of data.
    expect(totalLength(pieces)).toBe(9 * cluster);
    const header = pieces[0]?.kind === 'bytes' ? Buffer.from(pieces[0].bytes) : Buffer.alloc(0);
    expect(header.readBigUInt64BE(24)).toBe(BigInt(sizeBytes));
    expect(header.readUInt32BE(36)).toBe(Math.ceil(sizeBytes / (8192 * cluster)));
  });
});
