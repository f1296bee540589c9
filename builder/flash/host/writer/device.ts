import { constants } from 'node:fs';
import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import type { WriterFailure, WriterMode } from '../../writer-protocol.ts';
import { Failed } from './failed.ts';

/** ENOMEDIUM, which Node has no name for. Source: errno(3) */
const noMedium = -123;

/** What the kernel says of a block device. */
interface Facts {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly isReadOnly: boolean;
}

/** A block device that nobody else has claimed, read and written past the page cache, in whole requests or not at all. */
export class Device {
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly #handle: FileHandle;
  readonly #spare: Buffer;

  private constructor(handle: FileHandle, facts: Facts, spare: Buffer) {
    this.#handle = handle;
    this.sizeBytes = facts.sizeBytes;
    this.sectorBytes = facts.sectorBytes;
    this.#spare = spare;
  }

  /**
   * Opens a device for this process alone.
   *
   * @param spare - an aligned page for questions to the device
   * @throws Failed
   */
  static async open(path: string, mode: WriterMode, spare: Buffer): Promise<Device> {
    const { O_RDONLY, O_RDWR, O_EXCL, O_DIRECT } = constants;
    const isWriting = mode !== 'verify';
    try {
      // The kernel lets a read-only device be opened for writing.
      if (isWriting && (await factsOf((await stat(path, { bigint: true })).rdev)).isReadOnly)
        throw new Failed({ reason: 'read-only' });
      const handle = await open(path, (isWriting ? O_RDWR : O_RDONLY) | O_EXCL | O_DIRECT);
      try {
        const status = await handle.stat({ bigint: true });
        if (!status.isBlockDevice()) throw new Failed({ reason: 'open', text: 'it is not a block device' });
        return new Device(handle, await factsOf(status.rdev), spare);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw error instanceof Failed ? error : new Failed(failureToOpen(error));
    }
  }

  /** Fills a buffer from the device. */
  async read(target: Buffer, offsetBytes: number): Promise<void> {
    const { bytesRead } = await this.#handle
      .read(target, 0, target.length, offsetBytes)
      .catch(async (error: unknown) => {
        throw await this.#explain('read', offsetBytes, error);
      });
    // A device that was pulled out reads as if it ended here.
    if (bytesRead !== target.length)
      throw await this.#explain('read', offsetBytes + bytesRead, new Error('the device ended there'));
  }

  /** Writes all of a buffer to the device. */
  async write(bytes: Buffer, offsetBytes: number): Promise<void> {
    const { bytesWritten } = await this.#handle
      .write(bytes, 0, bytes.length, offsetBytes)
      .catch(async (error: unknown) => {
        throw await this.#explain('write', offsetBytes, error);
      });
    if (bytesWritten !== bytes.length)
      throw await this.#explain('write', offsetBytes + bytesWritten, new Error('the device ended there'));
  }

  /** Has the device write what it holds back. */
  async flush(): Promise<void> {
    await this.#handle.sync().catch(async (error: unknown) => {
      throw await this.#explain('write', 0, error);
    });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** A device of which nothing at all can be read any more is gone, whatever it calls that. */
  async #explain(reason: 'read' | 'write', offsetBytes: number, error: unknown): Promise<Failed> {
    const code = codeOf(error);
    if (code === 'EPERM' || code === 'EROFS') return new Failed({ reason: 'read-only' });
    const isThere = await this.#handle.read(this.#spare, 0, this.#spare.length, 0).then(
      ({ bytesRead }) => bytesRead > 0,
      () => false,
    );
    const text = code === '' && error instanceof Error ? error.message : code;
    return new Failed(isThere ? { reason, offsetBytes, text } : { reason: 'gone', offsetBytes, text });
  }
}

/** From sysfs, by number: a name can be given to another device meanwhile. */
async function factsOf(number: bigint): Promise<Facts> {
  // Source: gnu_dev_major(3)
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn);
  const folder = `/sys/dev/block/${major}:${minor}`;
  const ask = async (name: string): Promise<number> => {
    const value = Number((await readFile(`${folder}/${name}`, 'utf8')).trim());
    if (!Number.isSafeInteger(value)) throw new Failed({ reason: 'open', text: `${folder}/${name} is odd` });
    return value;
  };
  return {
    // Always in units of 512 bytes.
    sizeBytes: (await ask('size')) * 512,
    sectorBytes: await ask('queue/logical_block_size'),
    isReadOnly: (await ask('ro')) !== 0,
  };
}

function failureToOpen(error: unknown): WriterFailure {
  if (error instanceof Error && 'errno' in error && error.errno === noMedium) return { reason: 'no-medium' };
  const code = codeOf(error);
  if (code === 'EBUSY') return { reason: 'busy' };
  if (code === 'EROFS') return { reason: 'read-only' };
  if (['ENOENT', 'ENXIO', 'ENODEV'].includes(code)) return { reason: 'gone' };
  if (['EACCES', 'EPERM'].includes(code)) return { reason: 'no-rights' };
  return { reason: 'open', text: String(error) };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
