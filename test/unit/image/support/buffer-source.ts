import type { ByteSource } from '../../../../builder/image/byte-source.ts';

/** Bytes in memory as an image; what lies past their end reads as zeros. */
export function bufferSource(bytes: Buffer, sizeBytes = bytes.length): ByteSource {
  return {
    sizeBytes,
    read: async (offsetBytes, lengthBytes) => {
      const found = Buffer.alloc(lengthBytes);
      if (offsetBytes < bytes.length) bytes.copy(found, 0, offsetBytes, offsetBytes + lengthBytes);
      return found;
    },
  };
}
