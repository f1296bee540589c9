import { join, posix } from 'node:path';
import { readerOf } from '../contents/judged-places.ts';
import type { Reference } from '../model/environment.ts';
import type { FolderItem } from '../../system/folder-item.ts';
import { canonicalPath } from '../rules/node-paths.ts';
import { readRegularText } from '../../system/host/regular-file.ts';

/** Of one folder: what programs read at their start is short, and what is hostile must not fill the memory. */
const mostBytes = 4 * 1024 * 1024;
/** Of one file; a judge of 1 MiB of line breaks was seen to take seconds. */
const longestBytes = 128 * 1024;

/** True when a program of the nodes reads an extra file. */
export function isJudged({ targets = [] }: Pick<Reference, 'targets'>): boolean {
  return targets.some((path) => readerOf(canonicalPath(path)) !== undefined);
}

/** The text of a file, or nothing when it is too long or cannot be read, which is found out elsewhere. */
export async function readJudgedText(path: string): Promise<{ readonly text?: string }> {
  const found = await readRegularText(path, longestBytes);
  return found.kind === 'file' ? { text: found.text } : {};
}

/** Items of a folder, with the texts that programs of the nodes read. */
export async function withJudgedTexts(
  folder: string,
  items: readonly FolderItem[],
  targets: readonly string[],
): Promise<FolderItem[]> {
  let left = mostBytes;
  const read: FolderItem[] = [];
  for (const item of items) {
    const places = targets.map((target) => posix.join(target, item.relativePath));
    if (item.kind !== 'file' || item.sizeBytes > left || !isJudged({ targets: places })) {
      read.push(item);
      continue;
    }
    left -= item.sizeBytes;
    read.push({ ...item, ...(await readJudgedText(join(folder, item.relativePath))) });
  }
  return read;
}
