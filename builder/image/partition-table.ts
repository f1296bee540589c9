import type { ByteSource } from './byte-source.ts';
import { parseGpt } from './gpt.ts';
import { parseMbr } from './mbr.ts';
import type { ImageLayout, ImagePartition, PartitionTable } from './layout.ts';
import { identifyFilesystem } from './filesystem.ts';

/**
 * Reads the division of an image: GPT and MBR with sectors of 512 or 4096 bytes, or one bare filesystem.
 * An MBR does not say how long its sectors are, so the length is taken that makes more filesystems appear.
 * Returns null when there is neither a table nor a filesystem.
 */
export async function parseLayout(source: ByteSource): Promise<ImageLayout | null> {
  const bare = await identifyFilesystem(source, 0, source.sizeBytes);
  const candidates: ImageLayout[] = [];
  for (const sectorSize of [512, 4096] as const) {
    const table = (await parseGpt(source, sectorSize)) ?? (await parseMbr(source, sectorSize));
    if (table !== null) candidates.push(await withFilesystems(source, table));
  }
  const best = candidates.toSorted((a, b) => recognised(b) - recognised(a))[0];
  if (best !== undefined && (recognised(best) > 0 || bare.kind === 'unknown')) return best;
  if (bare.kind === 'unknown') return null;
  const whole = { number: 0, offsetBytes: 0, sizeBytes: source.sizeBytes, type: '', name: '', partuuid: '' };
  return {
    table: 'none',
    sectorSize: 512,
    sizeBytes: source.sizeBytes,
    neededBytes: bare.sizeBytes ?? source.sizeBytes,
    partitions: [{ ...whole, filesystem: bare }],
  };
}

async function withFilesystems(source: ByteSource, table: PartitionTable): Promise<ImageLayout> {
  const partitions: ImagePartition[] = [];
  for (const slot of table.slots) {
    const filesystem = await identifyFilesystem(source, slot.offsetBytes, slot.sizeBytes);
    partitions.push({ ...slot, filesystem });
  }
  const { sectorSize, neededBytes } = table;
  return { table: table.table, sectorSize, sizeBytes: source.sizeBytes, neededBytes, partitions };
}

function recognised(layout: ImageLayout): number {
  const known = layout.partitions.filter((partition) => partition.filesystem.kind !== 'unknown').length;
  return layout.table === 'gpt' ? known + 1000 : known;
}
