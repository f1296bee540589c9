import type { ByteSource } from './byte-source.ts';

/** Keeps the last chunks that were read, for many small reads close to each other, such as those of inodes. */
export function cachedSource(source: ByteSource, chunkBytes = 64 * 1024, chunks = 256): ByteSource {
  const kept = new Map<number, Promise<Buffer>>();
  const load = (index: number): Promise<Buffer> => {
    const known = kept.get(index) ?? source.read(index * chunkBytes, chunkBytes);
    // Taken out and put in again, it is the youngest.
    kept.delete(index);
    kept.set(index, known);
    const oldest = kept.keys().next().value;
    if (kept.size > chunks && oldest !== undefined) kept.delete(oldest);
    return known;
  };
  return {
    sizeBytes: source.sizeBytes,
    async read(offsetBytes, lengthBytes) {
      if (lengthBytes > chunkBytes) return source.read(offsetBytes, lengthBytes);
      const result = Buffer.alloc(lengthBytes);
      for (let done = 0; done < lengthBytes;) {
        const position = offsetBytes + done;
        const chunk = await load(Math.floor(position / chunkBytes));
        done += chunk.copy(result, done, position % chunkBytes);
      }
      return result;
    },
  };
}
