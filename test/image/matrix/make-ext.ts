import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { run } from '../support/programs.ts';
import type { ExtPlan } from './ext-plan.ts';

/** Makes a filesystem with the files of a tree at a place of an image. */
export function makeExt(plan: ExtPlan, image: string, offsetBytes: number, tree: string): void {
  const { type, features, blockBytes, inodeBytes, more, extended, label, sizeMebibytes } = plan;
  const place = [`offset=${offsetBytes}`, ...extended].join(',');
  const shape = [
    ...['-q', '-F', '-t', type, '-b', String(blockBytes), '-I', String(inodeBytes)],
    ...(features.length === 0 ? [] : ['-O', features.join(',')]),
    ...more,
    ...['-E', place, '-L', label, '-d', tree, image, `${sizeMebibytes * 1024}k`],
  ];
  run('mke2fs', shape);
  const device = `${image}?offset=${offsetBytes}`;
  if (plan.isIndexed) run('sh', ['-c', 'e2fsck -fyD "$1" || test $? = 1', 'sh', device]);
  if (plan.fault === 'full') fillUp(plan, image, offsetBytes, device);
  spoil(plan, image, offsetBytes, device);
}

function spoil({ fault }: ExtPlan, image: string, offsetBytes: number, device: string): void {
  const debugfs = (command: string): void => void run('debugfs', ['-w', '-R', command, device]);
  if (fault === 'needs-recovery') debugfs('feature needs_recovery');
  if (fault === 'read-only') debugfs('feature read-only');
  if (fault === 'error-flag') debugfs('set_super_value state 2');
  if (fault === 'orphan-list') debugfs('set_super_value last_orphan 12');
  if (fault === 'wrong-free-count')
    // More than the largest cluster: e2fsck compares whole ones.
    debugfs(`set_super_value free_blocks_count ${freeBlocks(image, offsetBytes) - 70}`);
}

/** Leaves less than the files of a node take. */
function fillUp({ blockBytes }: ExtPlan, image: string, offsetBytes: number, device: string): void {
  const filler = `${image}.filler`;
  writeFileSync(filler, Buffer.alloc(freeBlocks(image, offsetBytes) * blockBytes - 200 * 1024, 'full '));
  run('debugfs', ['-w', '-R', `write ${filler} filler`, device]);
  rmSync(filler);
}

function freeBlocks(image: string, offsetBytes: number): number {
  const bytes = Buffer.alloc(4);
  const file = openSync(image, 'r');
  readSync(file, bytes, 0, 4, offsetBytes + 1024 + 0xc);
  closeSync(file);
  return bytes.readUInt32LE(0);
}

/** A filesystem without a system, for a partition beside the root. */
export function makeDataExt(image: string, offsetBytes: number, sizeBytes: number): void {
  run('mke2fs', ['-q', '-F', '-t', 'ext4', '-E', `offset=${offsetBytes}`, image, `${sizeBytes / 1024}k`]);
}

/** Writes bytes into a file that is there. */
export function writeAt(image: string, offsetBytes: number, bytes: Uint8Array): void {
  const file = openSync(image, 'r+');
  writeSync(file, bytes, 0, bytes.length, offsetBytes);
  closeSync(file);
}
