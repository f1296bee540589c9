import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';

/**
 * Sends a file through a stream, which the caller reads. A failure of the file comes out of the stream, and the file is
 * closed when the caller stops early. (`compose` of Node 20 waits forever for a stream that fails.)
 */
export function readThrough<T extends NodeJS.WritableStream>(path: string, through: T): T {
  // Whoever reads the stream gets the error: there is nothing to do here.
  pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), through, () => undefined);
  return through;
}
