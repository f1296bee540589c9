import { open } from 'node:fs/promises';
import { writeFully } from '../../../system/host/write-fully.ts';

/** Smaller stretches of zeros are written: a hole is worth it only where the filesystem can leave out whole blocks. */
const unitBytes = 64 * 1024;
const zeros = Buffer.alloc(unitBytes);

/** Writes a stream into a new file of mode 0600, with holes where it has only zeros. `onBytes` gets the length so far. */
export async function writeSparsely(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
  onBytes: (done: number) => void = () => undefined,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    let position = 0;
    for await (const unit of inUnits(pieces)) {
      if (!unit.equals(zeros.subarray(0, unit.length))) await writeFully(file, unit, position);
      position += unit.length;
      onBytes(position);
    }
    await file.truncate(position);
  } finally {
    await file.close();
  }
}

/** The same bytes in pieces of one unit, the last one shorter. */
async function* inUnits(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let unit = Buffer.allocUnsafe(unitBytes);
  let filled = 0;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    for (let start = 0; start < bytes.length;) {
      const taken = bytes.copy(unit, filled, start);
      start += taken;
      filled += taken;
      if (filled < unitBytes) continue;
      yield unit;
      unit = Buffer.allocUnsafe(unitBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield unit.subarray(0, filled);
}
