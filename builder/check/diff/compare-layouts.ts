import type { ImageLayout, ImagePartition } from '../../image/layout.ts';

/** Differences of two partition tables and of the headers of their filesystems, one a line. */
export function compareLayouts(first: ImageLayout, second: ImageLayout): string[] {
  const lines = describe('', [
    ['partition table', first.table, second.table],
    ['size', first.sizeBytes, second.sizeBytes],
    ['sector size', first.sectorSize, second.sectorSize],
  ]);
  const numbers = new Set([...first.partitions, ...second.partitions].map(({ number }) => number));
  for (const number of [...numbers].toSorted((a, b) => a - b)) {
    const one = first.partitions.find((partition) => partition.number === number);
    const other = second.partitions.find((partition) => partition.number === number);
    if (one === undefined || other === undefined) {
      lines.push(`partition ${number}: only in the ${one === undefined ? 'second' : 'first'} image`);
    } else lines.push(...comparePartitions(number, one, other));
  }
  return lines;
}

function comparePartitions(number: number, one: ImagePartition, other: ImagePartition): string[] {
  return describe(`partition ${number}: `, [
    ['offset', one.offsetBytes, other.offsetBytes],
    ['size', one.sizeBytes, other.sizeBytes],
    ['type', one.type, other.type],
    ['name', one.name, other.name],
    ['PARTUUID', one.partuuid, other.partuuid],
    ['filesystem', one.filesystem.kind, other.filesystem.kind],
    ['label', one.filesystem.label, other.filesystem.label],
    ['UUID', one.filesystem.uuid, other.filesystem.uuid],
    ['filesystem size', one.filesystem.sizeBytes, other.filesystem.sizeBytes],
    ['free bytes', one.filesystem.freeBytes, other.filesystem.freeBytes],
  ]);
}

type Field = readonly [what: string, one: string | number | null, other: string | number | null];

function describe(prefix: string, fields: readonly Field[]): string[] {
  return fields
    .filter(([, one, other]) => one !== other)
    .map(([what, one, other]) => `${prefix}${what} ${shown(one)} -> ${shown(other)}`);
}

function shown(value: string | number | null): string {
  return value === null || value === '' ? '(none)' : String(value);
}
