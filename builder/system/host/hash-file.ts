import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const chunkBytes = 1024 * 1024;

/** Digest of a file in hexadecimal digits, SHA-256 unless said otherwise. `onBytes` gets the number of bytes hashed so far. */
export async function hashFile(
  path: string,
  options: {
    algorithm?: 'sha256' | 'sha512';
    onBytes?: (done: number) => void;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<string> {
  const hash = createHash(options.algorithm ?? 'sha256');
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    options.signal?.throwIfAborted();
    hash.update(chunk as Buffer);
    done += (chunk as Buffer).length;
    options.onBytes?.(done);
  }
  return hash.digest('hex');
}
