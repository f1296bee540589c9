import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from './make-directory.ts';
import { moveUnlessThere } from './move-unless-there.ts';
import { openRegularFile } from './regular-file.ts';
import { systemCode, isErrno } from './system-error.ts';

/**
 * Text of a file, or undefined when there is no file.
 *
 * @throws HostError `not-a-regular-file`
 */
export async function readTextIfExists(path: string): Promise<string | undefined> {
  try {
    const file = await openRegularFile(path);
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    // A read that fails does not know the name of its file.
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}

/** Writes a file so that its final name only ever shows complete contents, also after a power cut. */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const temporary = await writeTemporarySibling(path, data, mode);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Like `writeFileAtomically`, but never replaces a file: when two processes create the same file, one wins.
 *
 * @returns false when the file was there already and is untouched.
 */
export async function createFileAtomically(
  path: string,
  data: string | Uint8Array,
  mode = 0o600,
): Promise<boolean> {
  const temporary = await writeTemporarySibling(path, data, mode);
  try {
    return await nameUnlessThere(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Errors of link(2) on filesystems without hard links: FAT, exFAT, some network shares. */
const withoutLinks = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

/**
 * Gives a file another name in one step, unless a file has that name. Whether the first name stays depends on the
 * file system.
 *
 * @returns false when the name is taken: that file is untouched.
 */
export async function nameUnlessThere(path: string, name: string): Promise<boolean> {
  try {
    await link(path, name);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (!withoutLinks.includes(code)) throw error;
    return await moveUnlessThere(path, name);
  }
}

/** Appends to a file of mode 0600, and returns when the text is on the disk, also after a power cut. */
export async function appendDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a directory that only its owner may enter, with its parents; one that exists keeps its mode. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await makeDirectory(path, 0o700);
}

async function writeTemporarySibling(path: string, data: string | Uint8Array, mode: number): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(temporary, { force: true });
    // An open file does not know its name, but whoever reads of a full disk must know which.
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
  return temporary;
}
