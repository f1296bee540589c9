import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { HostPath, Reference } from '../model/environment.ts';
import { mostFolderItems } from '../../system/folder-item.ts';
import { isInside } from '../rules/source-rules.ts';
import { inspectImageArchive } from './inspect-image-archive.ts';
import { listFolder } from '../../system/host/list-folder.ts';
import { isJudged, readJudgedText, withJudgedTexts } from './read-judged-texts.ts';
import { danglingLink, isLink, kindInWords, readRegularText } from '../../system/host/regular-file.ts';
import { systemCode, systemReason } from '../../system/host/system-error.ts';

/** Files that are judged by their contents. */
const readAsText: ReadonlySet<Reference['purpose']> = new Set([
  'profile',
  'key',
  'stack',
  'stack-variables',
  'stack-env-file',
  'token',
]);

/** Each of them is small; more is not read into memory. */
const longestTextBytes = 1024 * 1024;

/** Looks where a reference of the definition points to, and reads it if it is judged by its contents. */
export async function findHostPath(reference: Reference, projectDirectory: string): Promise<HostPath> {
  const start = reference.from === 'definition' ? projectDirectory : process.cwd();
  const absolutePath = resolve(start, reference.written.replace(/^~(?=\/|$)/, homedir()));
  const nothing = { ...reference, absolutePath, realPath: absolutePath, sizeBytes: 0 };
  try {
    const realPath = await realpath(absolutePath);
    const status = await stat(realPath);
    const found = { ...nothing, realPath, sizeBytes: status.size, mode: status.mode & 0o7777 };
    if (status.isDirectory()) {
      // What is outside the project is refused: nobody waits for a walk through it.
      if (reference.purpose !== 'extra-file' || !isInside(projectDirectory, realPath)) {
        return { ...found, kind: 'directory' };
      }
      const items = await withJudgedTexts(realPath, await listFolder(realPath), reference.targets ?? []);
      return { ...found, kind: 'directory', items, hasMoreItems: items.length > mostFolderItems };
    }
    if (!status.isFile()) return { ...found, kind: 'other', what: kindInWords(status) };
    if (reference.purpose === 'image')
      return { ...found, kind: 'file', archive: await inspectImageArchive(realPath) };
    if (reference.purpose === 'extra-file' && isJudged(reference))
      return { ...found, kind: 'file', ...(await readJudgedText(realPath)) };
    if (!readAsText.has(reference.purpose)) return { ...found, kind: 'file' };
    return { ...found, ...(await readRegularText(realPath, longestTextBytes)) };
  } catch (error) {
    const code = systemCode(error);
    // A NUL cannot be in a path at all.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code.startsWith('ERR_')) {
      return { ...nothing, kind: 'missing', ...((await isLink(absolutePath)) ? { what: danglingLink } : {}) };
    }
    return { ...nothing, kind: 'unreadable', what: systemReason(error) ?? 'the system refuses it' };
  }
}
