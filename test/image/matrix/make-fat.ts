import { closeSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../support/programs.ts';
import type { FatPlan } from './fat-plan.ts';
import { writeAt } from './make-ext.ts';

/** Files by path, `/` first, with their texts. */
export type FatFiles = ReadonlyMap<string, string>;

/** Makes a FAT with files at a place of an image. */
export function makeFat(plan: FatPlan, image: string, offsetBytes: number, files: FatFiles): void {
  const { sectorBytes, sectorsPerCluster, bits, copies, reserved } = plan;
  const shape = [
    ...['-S', String(sectorBytes), '-F', String(bits), '-s', String(sectorsPerCluster), '-f', String(copies)],
    ...['-R', String(reserved), '--invariant', '-a'],
    ...(plan.label === null ? [] : ['-n', plan.label]),
  ];
  // It counts a place in its own sectors, which need not divide the place of the partition.
  const apart = `${image}.fat`;
  run('mkfs.vfat', [...shape, '-C', apart, String(plan.sizeMebibytes * 1024)]);
  putFiles(apart, files);
  if (plan.isDirty) setDirty(plan, apart);
  writeAt(image, offsetBytes, readFileSync(apart));
  rmSync(apart);
}

/** Puts files into a FAT, with the folders above them. */
function putFiles(image: string, files: FatFiles): void {
  if (files.size === 0) return;
  const folder = `${image}.files`;
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const tops = [...new Set([...files.keys()].map((path) => join(folder, path.split('/')[1] ?? '')))];
  run('mcopy', ['-s', '-i', image, ...tops, '::/']);
  rmSync(folder, { recursive: true });
}

/** Linux and Windows note it in the boot sector. Source: fs/fat/inode.c of Linux (FAT_STATE_DIRTY) */
function setDirty({ bits }: FatPlan, image: string): void {
  const place = bits === 32 ? 0x41 : 0x25;
  const byte = Buffer.alloc(1);
  const file = openSync(image, 'r');
  readSync(file, byte, 0, 1, place);
  closeSync(file);
  writeAt(image, place, Buffer.of(byte.readUInt8(0) | 1));
}
