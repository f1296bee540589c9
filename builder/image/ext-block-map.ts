import type { ByteSource } from './byte-source.ts';

/** Blocks of a file that lie in a row: `first` counts in the file, `block` in the filesystem. */
export interface BlockRun {
  readonly first: number;
  readonly block: number;
  readonly count: number;
}

const extentMagic = 0xf30a;
/** An extent whose length is larger is allocated but reads as zeros. */
const initialisedLimit = 32768;

/** Runs of a file with an extent tree. Source: https://docs.kernel.org/filesystems/ext4/ifork.html */
export async function extentRuns(source: ByteSource, node: Buffer, blockSize: number): Promise<BlockRun[]> {
  if (node.readUInt16LE(0) !== extentMagic) throw new Error('damaged extent tree');
  const entries = node.readUInt16LE(2);
  const depth = node.readUInt16LE(6);
  const runs: BlockRun[] = [];
  for (let position = 12; position < 12 + entries * 12; position += 12) {
    if (depth > 0) {
      const child = node.readUInt32LE(position + 4) + node.readUInt16LE(position + 8) * 2 ** 32;
      runs.push(...(await extentRuns(source, await source.read(child * blockSize, blockSize), blockSize)));
      continue;
    }
    const length = node.readUInt16LE(position + 4);
    if (length > initialisedLimit) continue;
    runs.push({
      first: node.readUInt32LE(position),
      block: node.readUInt32LE(position + 8) + node.readUInt16LE(position + 6) * 2 ** 32,
      count: length,
    });
  }
  return runs;
}

/** Runs of a file with the block map of ext2 and ext3: twelve blocks, then one, two and three levels of tables. */
export async function mappedRuns(
  source: ByteSource,
  map: Buffer,
  blockSize: number,
  blocks: number,
): Promise<BlockRun[]> {
  const runs: { first: number; block: number; count: number }[] = [];
  let first = 0;
  const add = (block: number) => {
    const last = runs.at(-1);
    if (block === 0) {
      first += 1;
      return;
    }
    if (last !== undefined && last.first + last.count === first && last.block + last.count === block)
      last.count += 1;
    else runs.push({ first, block, count: 1 });
    first += 1;
  };
  const descend = async (block: number, level: number): Promise<void> => {
    if (first >= blocks) return;
    const reach = (blockSize / 4) ** level;
    if (level === 0) add(block);
    else if (block === 0) first += reach;
    else {
      const table = await source.read(block * blockSize, blockSize);
      for (let position = 0; position < blockSize; position += 4) {
        await descend(table.readUInt32LE(position), level - 1);
      }
    }
  };
  for (let slot = 0; slot < 15; slot += 1) await descend(map.readUInt32LE(slot * 4), Math.max(0, slot - 11));
  return runs;
}
