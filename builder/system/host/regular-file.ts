import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { constants, lstat, open, type FileHandle } from 'node:fs/promises';
import { HostError } from '../../report/errors.ts';
import { formatBytes } from '../../report/format-units.ts';
import { systemCode, systemReason } from './system-error.ts';

/** Result of looking for a text file. */
export type FoundText =
  | {
      readonly kind: 'file';
      readonly text: string;
      readonly sizeBytes: number;
      /** It is not text in UTF-8: U+FFFD stands for what is not. */
      readonly isUndecodable?: boolean;
    }
  | {
      readonly kind: 'directory' | 'other' | 'missing' | 'unreadable' | 'too-large';
      /** Its kind, or the reason why it cannot be read, in words: `a named pipe`, `permission denied`. */
      readonly what: string;
    };

const chunkBytes = 64 * 1024;

/**
 * Opens a file for reading and never waits for it: a named pipe is opened without a writer, and nothing but a regular
 * file is kept open.
 *
 * @throws HostError `not-a-regular-file`, or the error of the system
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    // Sockets, and devices that no driver serves, cannot be opened at all.
    throw ['ENXIO', 'ENODEV'].includes(systemCode(error))
      ? new NotRegular(path, 'a socket or device')
      : error;
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new NotRegular(path, kindInWords(status));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A regular file's text of at most `limitBytes`. Also files that grow, or whose size says nothing, end there. */
export async function readRegularText(path: string, limitBytes: number): Promise<FoundText> {
  try {
    const file = await openRegularFile(path);
    try {
      const bytes = await readAtMost(file, limitBytes);
      if (bytes === null) return { kind: 'too-large', what: `larger than ${formatBytes(limitBytes)}` };
      const found = { kind: 'file', text: bytes.toString('utf8'), sizeBytes: bytes.length } as const;
      return isUtf8(bytes) ? found : { ...found, isUndecodable: true };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof NotRegular) {
      return { kind: error.what === 'a folder' ? 'directory' : 'other', what: error.what };
    }
    if (systemCode(error) === 'ENOENT')
      return { kind: 'missing', what: (await isLink(path)) ? danglingLink : 'not there' };
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return { kind: 'unreadable', what: reason };
  }
}

/** Describes a file that is not a regular one. */
export function kindInWords(status: Pick<Stats, 'isDirectory' | 'isFIFO' | 'isSocket' | 'isFile'>): string {
  if (status.isFile()) return 'a file';
  if (status.isDirectory()) return 'a folder';
  if (status.isFIFO()) return 'a named pipe';
  return status.isSocket() ? 'a socket' : 'a device';
}

/** A link whose target is not there, in words. */
export const danglingLink = 'a link that leads to nothing';

/** True when a link is at a path, wherever it leads. */
export async function isLink(path: string): Promise<boolean> {
  return await lstat(path).then(
    (status) => status.isSymbolicLink(),
    () => false,
  );
}

/** `what` stands where a file should be. */
class NotRegular extends HostError {
  readonly what: string;

  constructor(path: string, what: string) {
    super('not-a-regular-file', `${path} is ${what}, not a file`, { hint: 'move it away, and try again' });
    this.what = what;
  }
}

/** All bytes of a file; null when there are more than `limitBytes`. */
async function readAtMost(file: FileHandle, limitBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  for (let total = 0; ;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > limitBytes) return null;
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
