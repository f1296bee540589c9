import { createHash } from 'node:crypto';
import { patchUnitBytes, type ByteRange } from '../image/ranges.ts';

/** A mapped range with the SHA-256 of its bytes, hexadecimal. */
export interface DigestedRange extends ByteRange {
  readonly sha256: string;
}

/**
 * Renders a block map, version 2.0, as bmaptool reads it: which blocks of an image must be written, with a checksum of
 * each range and one of the file itself.
 * Source: https://github.com/yoctoproject/bmaptool, BmapCreate.py and tests/test-data/test.image.bmap.v2.0
 */
export function renderBmap(imageSizeBytes: number, ranges: readonly DigestedRange[]): string {
  const mappedBlocks = ranges.reduce((sum, range) => sum + blocksOf(range), 0);
  const withoutChecksum = [
    '<?xml version="1.0" ?>',
    '<bmap version="2.0">',
    `    <ImageSize> ${imageSizeBytes} </ImageSize>`,
    `    <BlockSize> ${patchUnitBytes} </BlockSize>`,
    `    <BlocksCount> ${Math.ceil(imageSizeBytes / patchUnitBytes)} </BlocksCount>`,
    `    <MappedBlocksCount> ${mappedBlocks} </MappedBlocksCount>`,
    '    <ChecksumType> sha256 </ChecksumType>',
    `    <BmapFileChecksum> ${'0'.repeat(64)} </BmapFileChecksum>`,
    '    <BlockMap>',
    ...ranges.map(renderRange),
    '    </BlockMap>',
    '</bmap>',
    '',
  ].join('\n');
  const checksum = createHash('sha256').update(withoutChecksum).digest('hex');
  return withoutChecksum.replace('0'.repeat(64), checksum);
}

function renderRange(range: DigestedRange): string {
  const first = range.offsetBytes / patchUnitBytes;
  const last = first + blocksOf(range) - 1;
  const blocks = first === last ? `${first}` : `${first}-${last}`;
  return `        <Range chksum="${range.sha256}"> ${blocks} </Range>`;
}

function blocksOf(range: ByteRange): number {
  return Math.ceil(range.lengthBytes / patchUnitBytes);
}

/** A block map as `renderBmap` writes it. */
export interface Bmap {
  readonly imageSizeBytes: number;
  readonly ranges: readonly DigestedRange[];
}

/** Parses a block map of version 2.0 with blocks of 4 KiB; null when it is none, or its own checksum is wrong. */
export function parseBmap(text: string): Bmap | null {
  const checksum = /<BmapFileChecksum> ([0-9a-f]{64}) </.exec(text)?.[1];
  const imageSizeBytes = Number(/<ImageSize> (\d+) </.exec(text)?.[1]);
  if (checksum === undefined || !text.includes(`<BlockSize> ${patchUnitBytes} <`)) return null;
  const zeroed = text.replace(checksum, '0'.repeat(64));
  if (createHash('sha256').update(zeroed).digest('hex') !== checksum) return null;
  const ranges = [...text.matchAll(/<Range chksum="([0-9a-f]{64})"> (\d+)(?:-(\d+))? </g)].map(
    ([, sha256 = '', first = '', last = first]) => {
      const offsetBytes = Number(first) * patchUnitBytes;
      const endBytes = Math.min(imageSizeBytes, (Number(last) + 1) * patchUnitBytes);
      return { offsetBytes, lengthBytes: endBytes - offsetBytes, sha256 };
    },
  );
  return { imageSizeBytes, ranges };
}
