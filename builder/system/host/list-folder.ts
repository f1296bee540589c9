import type { Dirent } from 'node:fs';
import { lstat, opendir, readlink } from 'node:fs/promises';
import { mostFolderItems, type FolderItem } from '../folder-item.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { kindInWords } from './regular-file.ts';
import { systemReason } from './system-error.ts';

/** As many system calls as Node has threads for: more would only hold files open. */
const concurrency = 4;

/**
 * Everything below a folder, itself first, sorted by code units. Links are not followed. Ends with the first thing
 * over `mostFolderItems`.
 */
export async function listFolder(path: string): Promise<FolderItem[]> {
  const top = await examine({ relativePath: '', path: Buffer.from(path) });
  const items: FolderItem[] = [top];
  let folders: Found[] = [{ relativePath: '', path: Buffer.from(path) }];
  while (folders.length > 0 && items.length <= mostFolderItems) {
    const deeper: Found[] = [];
    for (const folder of folders) {
      if (items.length > mostFolderItems) break;
      const found = await readNames(folder, mostFolderItems + 1 - items.length);
      if (found.problem !== undefined) items.push(unusable(folder.relativePath, found.problem));
      const examined = await mapConcurrently(found.names, examine, concurrency);
      items.push(...examined);
      deeper.push(...found.names.filter((_, index) => isOpen(examined[index])));
    }
    folders = deeper;
  }
  return items.toSorted((a, b) => (a.relativePath < b.relativePath ? -1 : 1));
}

interface Found {
  readonly relativePath: string;
  /** As bytes: a name need not be UTF-8. */
  readonly path: Buffer;
}

interface Names {
  readonly names: readonly Found[];
  readonly problem?: string;
}

async function readNames(folder: Found, most: number): Promise<Names> {
  const names: Found[] = [];
  try {
    const directory = await opendir(folder.path, { encoding: 'buffer' as BufferEncoding });
    for await (const entry of directory) {
      const name = nameOf(entry);
      const text = name.toString('utf8');
      names.push({
        relativePath: folder.relativePath === '' ? text : `${folder.relativePath}/${text}`,
        path: Buffer.concat([folder.path, Buffer.from('/'), name]),
      });
      if (names.length >= most) break;
    }
    return { names };
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return { names: [], problem: `cannot be read: ${reason}` };
  }
}

/** The types know only of text, but the names are asked for as bytes. */
function nameOf(entry: Dirent): Buffer {
  return Buffer.from(entry.name as string | Uint8Array);
}

async function examine({ relativePath, path }: Found): Promise<FolderItem> {
  if (!path.equals(Buffer.from(path.toString('utf8'))))
    return unusable(relativePath, 'has a name that is not UTF-8');
  try {
    const status = await lstat(path);
    const common = { relativePath, mode: status.mode & 0o7777, sizeBytes: 0, target: '' };
    if (status.isDirectory()) return { ...common, kind: 'directory' };
    if (status.isFile()) return { ...common, kind: 'file', sizeBytes: status.size };
    if (!status.isSymbolicLink()) return unusable(relativePath, `is ${kindInWords(status)}`);
    const target = await readlink(path, 'buffer');
    const text = target.toString('utf8');
    if (!target.equals(Buffer.from(text))) return unusable(relativePath, 'leads to a name that is not UTF-8');
    return { ...common, kind: 'symlink', target: text };
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return unusable(relativePath, `cannot be read: ${reason}`);
  }
}

function unusable(relativePath: string, problem: string): FolderItem {
  return { relativePath, kind: 'other', mode: 0, sizeBytes: 0, target: '', problem };
}

function isOpen(item: FolderItem | undefined): boolean {
  return item?.kind === 'directory';
}
