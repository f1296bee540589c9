/** Random access to the bytes of an image, whatever they come from: a file, a patched file, a test's buffer. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Exactly `lengthBytes` bytes; those past the end of the source are zero. The buffer is the caller's own. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>;
}

/** A window of another source, such as one partition of an image. */
export function subSource(source: ByteSource, offsetBytes: number, sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    async read(position, lengthBytes) {
      const inside = Math.max(0, Math.min(lengthBytes, sizeBytes - position));
      const bytes = await source.read(offsetBytes + position, inside);
      return inside === lengthBytes ? bytes : Buffer.concat([bytes, Buffer.alloc(lengthBytes - inside)]);
    },
  };
}

/** A 64-bit little-endian number as a plain number; images are far smaller than 2^53 bytes. */
export function readUint64(bytes: Buffer, position: number): number {
  return bytes.readUInt32LE(position) + bytes.readUInt32LE(position + 4) * 2 ** 32;
}

/** Text up to the first zero byte, without trailing spaces. */
export function readText(bytes: Buffer, position: number, lengthBytes: number): string {
  const field = bytes.subarray(position, position + lengthBytes);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? lengthBytes : end).trimEnd();
}
